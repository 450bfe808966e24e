import pino from 'pino';
import type { ServedApi } from '../../../api/family.ts';
import type { Limits } from '../../../api/limits.ts';
import { startApi, type RunningApi } from '../../../api/server.ts';
import type { ApiSettings, ConnectionSettings } from '../../../api/settings.ts';
import { openDatabase, type Database } from '../../../db/database.ts';
import { createJournal } from '../../../db/journal.ts';
import { createNotifier } from '../../../db/notifier.ts';
import { createSealer } from '../../../db/sealing.ts';
import { freshDatabase } from '../../support/database.ts';
import { sampleBook } from '../../support/sample-catalogue.ts';
import { connect } from '../../support/temporal.ts';

export const CONNECTIONS: ConnectionSettings = {
  inAll: 20_000,
  guestsPerClient: 256,
  guests: 4096,
  streamsPerKey: 1000,
};

export const SETTINGS: ApiSettings = {
  auth: 'off',
  adminKey: null,
  corsOrigins: [],
  rateLimitPerMinute: 0,
  trustProxy: 0,
  connections: CONNECTIONS,
  validateResponses: true,
  version: '0.0.0-test',
  listenUrl: null,
  temporalUiUrl: 'http://localhost:8233',
  temporalNamespace: 'default',
  taskQueue: 'nobody-works-here',
  auditAnchorEveryMs: 0,
  commandTimeoutMs: 5000,
};

/** One database and one Temporal connection for a test file, and as many API servers as it likes. */
export interface ApiStack {
  url: string;
  db: Database;
  deps(overrides?: DepsOverrides): ServedApi;
  start(overrides?: StartOverrides): Promise<RunningApi>;
  close(): Promise<void>;
}

export type StartOverrides = DepsOverrides & { limits?: Partial<Limits> };
export type DepsOverrides = Partial<Omit<ServedApi, 'settings'>> & { settings?: Partial<ApiSettings> };

export async function openStack(): Promise<ApiStack> {
  const database = await freshDatabase();
  const db = await openDatabase(database.url);
  const temporal = await connect();
  const notifier = createNotifier(db.pool);
  const base = {
    db,
    journal: createJournal(db.pool, notifier),
    sealer: createSealer('a secret of the tests'),
    temporal: temporal.client,
    log: pino({ level: process.env['TEST_LOG'] === 'on' ? 'debug' : 'silent' }),
    assets: sampleBook,
    families: [],
  };
  const running: RunningApi[] = [];
  const deps = ({ settings, ...overrides }: DepsOverrides = {}): ServedApi => ({
    ...base,
    ...overrides,
    settings: { ...SETTINGS, listenUrl: database.url, ...settings },
  });
  return {
    url: database.url,
    db,
    deps,
    async start({ limits = {}, ...overrides } = {}) {
      const api = await startApi(deps(overrides), { host: '127.0.0.1', port: 0, limits });
      running.push(api);
      return api;
    },
    async close() {
      await Promise.all(running.map((api) => api.close()));
      await notifier.close();
      await db.close();
      await temporal.close();
      await database.drop();
    },
  };
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
  text: string;
}

/** One request; JSON bodies are sent as given objects, strings as they are. */
export async function ask(
  api: { url: string },
  path: string,
  {
    method = 'GET',
    body,
    headers = {},
  }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(new URL(path, api.url), {
    method,
    redirect: 'manual',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && {
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
