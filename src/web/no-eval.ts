/**
 * Schemas without generated code: the page's policy forbids it, and asking whether it does would be
 * reported as a violation. To be imported before anything that makes a schema.
 */
import { config } from 'zod';

config({ jitless: true });
