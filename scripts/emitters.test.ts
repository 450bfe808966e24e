import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const PLACES =
  '{*,{activities,api,config,db,demo,domain,embedded,families,library,migrations,processes,schemas,scripts,sdk,stand-ins,workers,workflows}/**/*}.ts';

/**
 * How the source makes servers, sockets and the like. An `error` event of one of them that has no listener ends the
 * process.
 */
const KINDS: Readonly<Record<string, RegExp>> = {
  'PostgreSQL connection': /new pg\.Client\(|import \{[^}]*\bClient\b[^}]*\} from 'pg'/,
  'PostgreSQL pool': /new pg\.Pool\(|import \{[^}]*\bPool\b[^}]*\} from 'pg'/,
  MikroORM: /MikroORM\.init\(/,
  'Temporal connection': /\bConnection\.(connect|lazy)\(|NativeConnection\.connect\(/,
  'Temporal worker': /Worker\.create\(/,
  'EVM node': /new (JsonRpcProvider|WebSocketProvider|AlchemyProvider|InfuraProvider)\(/,
  'Solana node': /new Connection\(/,
  WebSocket: /new WebSocket(Server)?\(/,
  'child process': /from 'node:child_process'/,
  thread: /from 'node:worker_threads'/,
  server: /\bcreateServer\(|\bapp\.listen\(/,
  socket: /\bimport \{[^}]*\bconnect\b[^}]*\} from 'node:net'/,
  'pool of HTTP connections': /new (Agent|Pool|ProxyAgent)\(/,
  'file that is written on': /\bcreateWriteStream\(/,
  'message to the parent process': /process\.send\b/,
};

const DATABASE = 'tests/outages/database.test.ts';
const LINES = 'tests/outages/lines.test.ts';
const PROCESSES = 'tests/outages/processes.test.ts';
const EMBEDDED = 'embedded/processes.test.ts';

/** The test that breaks it, by file and words of its title, or the reason why its loss cannot end a working process. */
type Broken = { file: string; title: string } | { why: string };

const ONE_COMMAND: Broken = {
  why: 'one command of a person: it reports the loss and ends',
};
const REQUESTS_ONLY: Broken = {
  why: 'HTTP requests only, without a socket that is kept: a loss rejects the request',
};

const TABLE: Readonly<Record<string, Broken>> = {
  'db/connections.ts: PostgreSQL connection': {
    file: DATABASE,
    title: 'while it holds the lock of the migrations',
  },
  'db/database.ts: PostgreSQL pool': {
    file: DATABASE,
    title: 'in a transaction between two statements',
  },
  'db/database.ts: MikroORM': { file: DATABASE, title: 'in transactions of MikroORM' },
  'db/migrate.ts: MikroORM': { file: DATABASE, title: 'while it holds the lock of the migrations' },
  'processes/api.ts: Temporal connection': { file: PROCESSES, title: 'a Temporal that restarts' },
  'processes/worker.ts: Temporal connection': { file: PROCESSES, title: 'a Temporal that restarts' },
  'processes/application.ts: Temporal connection': { file: PROCESSES, title: 'a Temporal that restarts' },
  'embedded/temporal/dev-server.ts: Temporal connection': {
    why: 'closed before the server is said to be ready',
  },
  'scripts/health-workers.ts: Temporal connection': ONE_COMMAND,
  'scripts/promote.ts: Temporal connection': ONE_COMMAND,
  'workers/workers.ts: Temporal worker': {
    file: 'workers/supervise.test.ts',
    title: 'a worker that the server refuses is replaced',
  },
  'activities/payments/evm/node.ts: EVM node': { file: LINES, title: 'an EVM node' },
  'embedded/chains/deploy/evm.ts: EVM node': REQUESTS_ONLY,
  'demo/confirm.ts: EVM node': REQUESTS_ONLY,
  'stand-ins/services/refunds/evm-refunds.ts: EVM node': REQUESTS_ONLY,
  'stand-ins/providers/chain-payment.ts: EVM node': REQUESTS_ONLY,
  'families/omni/registry.ts: EVM node': REQUESTS_ONLY,
  'activities/payments/evm/witness.ts: EVM node': REQUESTS_ONLY,
  'activities/omni/chain-receipt.ts: EVM node': REQUESTS_ONLY,
  'activities/payments/solana/node.ts: Solana node': { file: LINES, title: 'a Solana node' },
  'embedded/chains/deploy/solana.ts: Solana node': REQUESTS_ONLY,
  'demo/confirm.ts: Solana node': REQUESTS_ONLY,
  'demo/fund-escrow.ts: Solana node': REQUESTS_ONLY,
  'stand-ins/services/refunds/solana-refunds.ts: Solana node': REQUESTS_ONLY,
  'api/stream/websocket.ts: WebSocket': {
    file: LINES,
    title: 'a WebSocket that breaks inside a frame',
  },
  'sdk/transport/websocket.ts: WebSocket': {
    why: 'the browser’s: an unheard error event does no harm, and it also closes',
  },
  'demo/client.ts: WebSocket': ONE_COMMAND,
  'embedded/processes/launch.ts: child process': {
    file: EMBEDDED,
    title: 'a command that does not exist is named',
  },
  'embedded/processes.ts: child process': {
    file: EMBEDDED,
    title: 'a child that ends by itself is reported',
  },
  'embedded/processes/guardian-link.ts: child process': {
    file: EMBEDDED,
    title: 'a parent killed with SIGKILL leaves no orphan',
  },
  'embedded/processes/output.ts: child process': { why: 'only its type' },
  'embedded/processes/readiness.ts: child process': { why: 'only its type' },
  'embedded/downloads.ts: child process': ONE_COMMAND,
  'embedded/processes/output.ts: file that is written on': {
    why: 'a full disk is heard and costs only the copy',
  },
  'scripts/coverage.ts: child process': ONE_COMMAND,
  'scripts/dev-application.ts: child process': {
    why: 'an error is heard and printed; the next change starts the process again',
  },
  'scripts/run-vitest.ts: child process': ONE_COMMAND,
  'embedded/downloads/identity.ts: child process': { why: 'waited for on the spot' },
  'embedded/temporal/wheel.ts: file that is written on': { why: 'in a pipeline, which hears it' },
  'scripts/check-deploy.ts: child process': ONE_COMMAND,
  'scripts/check.ts: child process': ONE_COMMAND,
  'scripts/reset-users.ts: child process': ONE_COMMAND,
  'activities/kodosumi/large-final.ts: thread': {
    file: 'activities/kodosumi/large-final.test.ts',
    title: 'a thread that ends early is an error of its result alone',
  },
  'activities/kodosumi/large-final-thread.ts: thread': { why: 'the thread itself' },
  'embedded/chains/surfpool-host.ts: thread': {
    why: 'an error is heard: before it is ready it refuses the start',
  },
  'embedded/chains/surfpool/upstream.ts: thread': { why: 'the thread itself' },
  'api/server.ts: server': { file: LINES, title: 'a server that cannot accept a connection' },
  'embedded/chains/surfpool/forward.ts: server': { why: 'an error is heard' },
  'embedded/chains/surfpool/forward.ts: socket': { why: 'both sockets are in a pipeline, which hears them' },
  'embedded/chains/surfpool/rpc-front.ts: server': { why: 'an error is heard' },
  'embedded/chains/surfpool/rpc-front.ts: pool of HTTP connections': {
    why: 'each request hears its error, and its client sees the connection end',
  },
  'embedded/chains/surfpool/upstream.ts: server': { why: 'an error is heard and said' },
  'stand-ins/facilitator/listen.ts: server': { why: 'an error is heard' },
  'embedded/ports.ts: server': { why: 'an error is the answer: the port is taken' },
  'activities/http/guarded-fetch.ts: pool of HTTP connections': { file: LINES, title: 'a service' },
  'activities/kodosumi/client/http.ts: pool of HTTP connections': { file: LINES, title: 'a Kodosumi' },
  'stand-ins/agents/host.ts: message to the parent process': {
    why: 'its failure is heard, and the parent’s disconnect ends the host',
  },
  'stand-ins/providers/host.ts: message to the parent process': {
    why: 'its failure is heard, and the parent’s disconnect ends the host',
  },
  'processes/run-main.ts: message to the parent process': {
    file: PROCESSES,
    title: 'a missing parent or reader of the output',
  },
};

const sources = globSync(PLACES, { cwd: root })
  .filter((path) => !path.endsWith('.test.ts') && !path.includes('node_modules'))
  .map((path) => [path, readFileSync(join(root, path), 'utf8')] as const);

const found = sources.flatMap(([path, text]) =>
  Object.entries(KINDS).flatMap(([kind, pattern]) => (pattern.test(text) ? [`${path}: ${kind}`] : [])),
);

test('everything that can lose a connection is in the table, with the test that breaks it', () => {
  expect(sources.length).toBeGreaterThan(300);
  const missing = found.filter((place) => TABLE[place] === undefined);
  expect(
    missing,
    `${missing.join(', ')}: give it a listener for "error" (createClient and keepSteady of db/connections.ts do so for PostgreSQL), break it in a test, and name that test in the table here.`,
  ).toEqual([]);
});

test('the table names nothing that no longer exists, and only tests that exist', () => {
  expect(Object.keys(TABLE).filter((place) => !found.includes(place))).toEqual([]);
  const untested = Object.entries(TABLE).filter(
    ([, broken]) => 'file' in broken && !readFileSync(join(root, broken.file), 'utf8').includes(broken.title),
  );
  expect(untested).toEqual([]);
});
