/** How questions reach whoever answers them: the server, or workers of a page that stands alone. */
import { RequestError, readProblemDetails } from './problem-details.ts';

/** Whether the page was built to stand alone (`npm run build:static`): its models lie beside it. */
export const ALONE = import.meta.env.MODE === 'alone';

/** Throws RequestError, or TypeError without a network. */
export async function ask(path: string, signal: AbortSignal, body?: object): Promise<unknown> {
  if (ALONE) return (await import('./alone/client.ts')).askWorker(path, body ?? {}, signal);
  const response = await fetch(path, body ? { ...posted(body), signal } : { signal });
  if (!response.ok) throw new RequestError(await readProblemDetails(response));
  return response.json();
}

const posted = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  body: JSON.stringify(body),
});
