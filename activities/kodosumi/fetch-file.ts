import { posix } from 'node:path';
import type { GuardedFetch } from '../http/guarded-fetch.ts';
import { EngineError } from '../../domain/errors.ts';
import type { FetchFile } from './fetch-files.ts';

const TIMEOUT_MS = 60_000;

/** Fetches through the guard: https, public hosts, a size limit (masumi.md 1.3, "file"). */
export const createFetchFile =
  (fetch: GuardedFetch): FetchFile =>
  async (url) => {
    const { status, raw } = await fetch(url, { method: 'GET', headers: {}, timeoutMs: TIMEOUT_MS });
    if (status === 429 || status >= 500) throw new Error(`${new URL(url).host} answered ${status}.`);
    if (status !== 200)
      throw new EngineError('file_unavailable', `The file at ${new URL(url).host} answered ${status}.`);
    return { filename: nameOf(url), bytes: raw };
  };

/** The last part of the path, as far as it can be a file's name. */
function nameOf(url: string): string {
  const { pathname } = new URL(url);
  const name = posix
    .basename(decode(pathname))
    .replaceAll(/[^\w.()+ -]/g, '_')
    .slice(-120);
  return /^\.*$/.test(name) ? 'file' : name;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
