import { defineConfig } from 'vitest/config';
import { PATIENT } from './tests/patience.ts';

const ISOLATED = 'tests/**/*.isolated.test.ts';

export default defineConfig({
  test: {
    setupFiles: ['tests/matchers.ts'],
    // Browser, servers and training runs need no core to themselves.
    maxWorkers: '100%',
    // No test fails because a machine is busy: what comes, comes when it comes.
    testTimeout: 1000 * PATIENT,
    hookTimeout: 1000 * PATIENT,
    tags: [{ name: 'slow', description: 'over two seconds: not in npm run test:fast' }],
    expect: { poll: { timeout: 1000 * PATIENT } },
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
