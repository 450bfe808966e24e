import { posix } from 'node:path';
import type { GuardedFetch } from '../http/guarded-fetch.ts';
import { EngineError } from '../../domain/errors.ts';
import type { FetchFile } from './fetch-files.ts';

const TIMEOUT_MS = 60_000;

/**
 * Fetches through the guard: https, public hosts, a size limit (masumi.md 1.3, "file"). Whoever gave the address is
 * told what went wrong.
 */
export const createFetchFile =
  (fetch: GuardedFetch): FetchFile =>
  async (url) => {
    const asked = fetch(url, { method: 'GET', headers: {}, timeoutMs: TIMEOUT_MS });
    const { status, raw } = await asked.catch((error: unknown) => throwInWords(url, error));
    const message = unfetched(url, `its server answered ${status}`);
    if (status === 429 || status >= 500) throw new Error(message);
    if (status !== 200) throw new EngineError('file_unavailable', message);
    return { filename: nameOf(url), bytes: raw };
  };

/** Why a file is refused for good. The guard's own words are for whoever runs this, not for a purchaser. */
const WORDS: Readonly<Record<string, string>> = {
  url_refused: 'files are fetched from public https addresses only, and this is none',
  answer_too_large: 'it is too large',
};

function throwInWords(url: string, error: unknown): never {
  if (!(error instanceof EngineError)) throw error;
  throw new EngineError(error.code, unfetched(url, WORDS[error.code] ?? 'it was refused'));
}

function unfetched(url: string, why: string): string {
  const host = URL.canParse(url) ? new URL(url).host : '';
  return `The file${host && ` at ${host}`} could not be fetched: ${why}.`;
}

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
