import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { defaultCacheDir } from '../../../embedded/downloads/cache-dir.ts';
import { run } from '../../../embedded/downloads.ts';

const CONSTRAINTS = join(import.meta.dirname, 'constraints.txt');
const PACKAGES = ['kodosumi==1.1.0', 'ray[default,serve]==2.60.0'];
const IS_NEW_ENOUGH = 'import sys, venv; sys.exit(0 if sys.version_info >= (3, 12) else 1)';
const HAS_KODOSUMI =
  'import importlib.metadata as m, ray; sys = __import__("sys"); sys.exit(m.version("kodosumi") != "1.1.0")';

export type FoundPython =
  | { kind: 'ready'; python: string }
  /** A Python to make the environment with. */
  | { kind: 'bare'; python: string }
  | { kind: 'none'; why: string };

/** KODOSUMI_PYTHON as it is; else the first Python of 3.12 or later; none where STEWARD_SKIP_KODOSUMI says so. */
function findPython(env: NodeJS.ProcessEnv = process.env): FoundPython {
  if (env['STEWARD_SKIP_KODOSUMI'] === '1') return { kind: 'none', why: 'STEWARD_SKIP_KODOSUMI=1 says so' };
  const given = env['KODOSUMI_PYTHON'];
  if (given !== undefined && given !== '')
    return succeeds(given, HAS_KODOSUMI)
      ? { kind: 'ready', python: given }
      : { kind: 'none', why: `KODOSUMI_PYTHON (${given}) has no kodosumi 1.1.0 with ray` };
  const named = [env['PYTHON'] ?? '', 'python3.13', 'python3.12', 'python3'].filter((name) => name !== '');
  const candidates = [...named, ...pyenvPythons(env)];
  const python = candidates.find((name) => succeeds(name, IS_NEW_ENOUGH));
  if (python !== undefined) return { kind: 'bare', python };
  return {
    kind: 'none',
    why: `Kodosumi needs Python 3.12 or later, and none of ${candidates.join(', ')} is`,
  };
}

/** What pyenv has installed, though it is not the version in use here. */
function pyenvPythons(env: NodeJS.ProcessEnv): string[] {
  const versions = join(env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  if (!existsSync(versions)) return [];
  const found = readdirSync(versions).filter((version) => /^3\.1[2-9]\./.test(version));
  return found.toSorted().map((version) => join(versions, version, 'bin', 'python'));
}

const succeeds = (python: string, code: string): boolean =>
  spawnSync(python, ['-c', code], { stdio: 'ignore', timeout: 60_000 }).status === 0;

/**
 * A Python with Kodosumi and Ray: the given one, or that of a virtual environment that is made once a version. None where
 * there is no Python for it, or where pip cannot reach its index.
 */
export async function prepareKodosumi(): Promise<Exclude<FoundPython, { kind: 'bare' }>> {
  const found = findPython();
  if (found.kind !== 'bare') return found;
  try {
    return { kind: 'ready', python: await install(found.python) };
  } catch (error) {
    return { kind: 'none', why: error instanceof Error ? error.message : String(error) };
  }
}

async function install(base: string): Promise<string> {
  const made = await run(base, ['-c', 'import sys; print(sys.version)'], { timeoutMs: 10_000 });
  const pins = `${PACKAGES.join('\n')}\n${readFileSync(CONSTRAINTS, 'utf8')}\n${made}`;
  const version = createHash('sha256').update(pins).digest('hex').slice(0, 12);
  const folder = join(defaultCacheDir(), `kodosumi-${version}`);
  const python = join(folder, 'bin', 'python');
  const finished = join(folder, 'finished');
  if (existsSync(finished)) return python;
  rmSync(folder, { recursive: true, force: true });
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', '--constraint', CONSTRAINTS];
  try {
    await run(base, ['-m', 'venv', folder], { timeoutMs: 60_000 });
    await run(python, [...pip, ...PACKAGES], { timeoutMs: 300_000 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Kodosumi cannot be installed: ${reason}. Let pip reach its index, leave it out with STEWARD_SKIP_KODOSUMI=1, or name a Python in KODOSUMI_PYTHON that has ${PACKAGES.join(' and ')}.`,
      { cause: error },
    );
  }
  writeFileSync(finished, '');
  return python;
}
