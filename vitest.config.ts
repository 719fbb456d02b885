import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/matchers.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What a page shows comes when it comes, on a busy machine much later.
    expect: { poll: { timeout: 30_000 } },
  },
});
