/**
 * Who may ask: a page of another site must not reach a server on this machine by a name of its own that points here
 * (DNS rebinding), nor read with a form or a script what the server answers. Not who is who: there are no accounts.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { RequestHandler } from 'express';
import { sendProblemDetails } from './problem-details.ts';

/** The name in a Host header, without port and brackets, in lower case; null where it is none. */
export function nameOfHost(host: string | undefined): string | null {
  const found = /^(?:\[([0-9a-f:.]+)\]|([^:/@\s]+))(?::\d{1,5})?$/i.exec(host ?? '');
  return found ? (found[1] ?? found[2]).toLowerCase().replace(/\.$/, '') : null;
}

/**
 * Lets requests pass whose Host is an address, this machine's name, the name that the server listens on, or one of
 * `allowed`, and whose Origin, where a browser sends one, is of such a host too; others get 403.
 */
export function onlyKnownHosts(listening: string, allowed: readonly string[]): RequestHandler {
  const names = new Set(
    ['localhost', hostname(), listening, ...allowed].map((name) => name.toLowerCase()),
  );
  const known = (name: string | null) =>
    name !== null && (isIP(name) !== 0 || names.has(name) || name.endsWith('.localhost'));
  return (request, response, next) => {
    const { host, origin } = request.headers;
    const refused = !known(nameOfHost(host))
      ? `host "${(host ?? '').slice(0, 100)}"`
      : origin !== undefined && !known(nameOfOrigin(origin))
        ? `origin "${origin.slice(0, 100)}"`
        : null;
    if (refused === null) return next();
    sendProblemDetails(response, {
      status: 403,
      detail: `this server does not answer for ${refused}, expected localhost or an address: start it with --allow-host NAME if that name is yours`,
    });
  };
}

/** The host of an origin; null for "null", as of a page in a sandbox. */
function nameOfOrigin(origin: string): string | null {
  return /^https?:\/\//i.test(origin) ? nameOfHost(origin.replace(/^https?:\/\//i, '')) : null;
}
