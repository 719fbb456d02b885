/** `npm start`: answers the first question in the terminal, then serves the page (port PORT or 3000). */
import './prepare.js';

const { run } = await import('../dist/run/cli/main.js');
const services = { server: () => import('../dist/run/server/start.js') };

const code =
  (await run(['predict', 'Mein Lieblingstier ist __'], services)) ||
  (await run(['serve', '--port', process.env.PORT || '3000'], services));
process.exitCode = code;
