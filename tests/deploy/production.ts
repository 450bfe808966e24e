import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { inject } from 'vitest';
import { defaultCacheDir } from '../../embedded/downloads/cache-dir.ts';
import { run } from '../../embedded/downloads.ts';
import { createProcesses, type NodeChild } from '../../embedded/processes.ts';
import { resolveTemporal } from '../../embedded/temporal.ts';
import { generateKey } from '../../api/keys/secrets.ts';
import { isInContext } from '../../scripts/check-deploy-context.ts';
import { twoRoles } from '../support/two-roles.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NOT_OURS = new Set(['node_modules', '.git', 'data', 'coverage', 'dist']);

/** What Dockerfile's COPY takes, and nothing else: what .dockerignore leaves out is not there. */
export function stageImage(folder: string): void {
  const ignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8');
  for (const top of readdirSync(ROOT, { withFileTypes: true }).filter(({ name }) => !NOT_OURS.has(name))) {
    const found = top.isDirectory()
      ? readdirSync(join(ROOT, top.name), { recursive: true, withFileTypes: true })
      : [top];
    for (const file of found.filter((entry) => entry.isFile())) {
      const path = relative(ROOT, join(file.parentPath, file.name));
      if (!isInContext(path, ignore)) continue;
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      cpSync(join(ROOT, path), join(folder, path));
    }
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

export interface Outcome {
  code: number;
  output: string;
}

/** Steward in the shape of docker-compose.yml: its processes, each with the environment of its container. */
export interface Production {
  adminKey: string;
  /** The database as API and workers use it, and as its owner, for the migration. */
  url: string;
  ownerUrl: string;
  /** Runs `node <script>` to its end. */
  once(script: string, args?: string[], env?: NodeJS.ProcessEnv): Promise<Outcome>;
  /** Runs `node <script>` until it is stopped; resolves when it is ready. */
  serve(script: string, env?: NodeJS.ProcessEnv): Promise<NodeChild>;
  /** Runs one of the deploy folder's scripts with the Temporal CLI on PATH. */
  setUpTemporal(): Promise<string>;
  close(): Promise<void>;
}

/** A database and a namespace of their own, both empty, on the servers of the tests. */
export async function createProduction(folder: string): Promise<Production> {
  const name = `steward_deploy_${randomUUID().replaceAll('-', '')}`;
  const roles = await twoRoles({ migrated: false });
  const lines: string[] = [];
  const processes = createProcesses({ log: (line) => lines.push(line) });
  const adminKey = generateKey().key;
  const shared = {
    PATH: process.env['PATH'],
    DATABASE_URL: roles.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: name,
    STEWARD_DATA_KEY: randomBytes(32).toString('hex'),
    STEWARD_ADMIN_KEY: adminKey,
    AUTH: 'on',
    WORKFLOW_BUNDLE: join(folder, 'dist', 'workflows.js'),
    WORKER_DEPLOYMENT: 'steward',
  };
  return {
    adminKey,
    url: roles.url,
    ownerUrl: roles.ownerUrl,
    once: (script, args = [], env = {}) => runNode([script, ...args], folder, { ...shared, ...env }),
    serve: (script, env = {}) =>
      processes.spawnNode(script, join(folder, script), [], { cwd: folder, env: { ...shared, ...env } }),
    async setUpTemporal() {
      const cli = await resolveTemporal({
        cacheDir: defaultCacheDir(),
        log: (line) => void lines.push(line),
      });
      const bin = cli.kind === 'binary' ? dirname(cli.path) : '';
      const env = { ...shared, PATH: `${bin}:${shared.PATH}`, HOME: folder };
      return run('/bin/sh', [join(ROOT, 'deploy', 'temporal', 'namespace.sh')], { timeoutMs: 60_000, env });
    },
    async close() {
      await processes.stopAll();
      await roles.drop();
    },
  };
}

export function runNode(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd, env, timeout: 60_000 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: `${stdout}${stderr}` }),
    );
  });
}
