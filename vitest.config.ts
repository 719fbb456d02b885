import { defineConfig } from 'vitest/config';

const ISOLATED = 'tests/**/*.isolated.test.ts';

export default defineConfig({
  test: {
    setupFiles: ['tests/matchers.ts'],
    // Browser, servers and training runs need no core to themselves.
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What a page shows comes when it comes, on a busy machine much later.
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['tests/**/*.test.ts'],
          exclude: [ISOLATED],
          // Modules are loaded once in each worker: no test changes what a module holds.
          isolate: false,
        },
      },
      // But for a registry that others fill too: these have a process each.
      { extends: true, test: { name: 'isolated', include: [ISOLATED], isolate: true } },
    ],
  },
});
