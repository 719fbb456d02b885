import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/matchers.ts'],
    // Modules are loaded once in each worker: no test changes what a module holds.
    isolate: false,
    // Browser, servers and training runs need no core to themselves.
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What a page shows comes when it comes, on a busy machine much later.
    expect: { poll: { timeout: 30_000 } },
  },
});
