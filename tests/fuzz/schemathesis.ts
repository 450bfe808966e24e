import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultCacheDir } from '../../embedded/downloads/cache-dir.ts';
import { run } from '../../embedded/downloads.ts';

const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const ADVICE =
  'Install Python 3.10 or later with venv and pip and let pip reach its index, or leave the fuzzing out with STEWARD_SKIP_FUZZ=1.';

/** The pinned Schemathesis in a virtual environment of its own, made once a version. Answers its program. */
export async function installSchemathesis(): Promise<string> {
  const version = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const folder = join(defaultCacheDir(), `schemathesis-${version}`);
  const program = join(folder, 'bin', 'st');
  const finished = join(folder, 'finished');
  if (existsSync(finished)) return program;
  rmSync(folder, { recursive: true, force: true });
  try {
    await run('python3', ['-m', 'venv', folder], { timeoutMs: 60_000 });
    const pip = [
      '-m',
      'pip',
      'install',
      '--disable-pip-version-check',
      '--quiet',
      '--requirement',
      REQUIREMENTS,
    ];
    await run(join(folder, 'bin', 'python3'), pip, { timeoutMs: 180_000 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The fuzzer cannot be installed: ${reason}. ${ADVICE}`, { cause: error });
  }
  writeFileSync(finished, '');
  return program;
}

export interface Fuzzing {
  /** Address of the API's description. */
  description: string;
  adminKey: string;
  /** Text of a schemathesis.toml. */
  settings: string;
  /** A folder for what the fuzzer writes. */
  folder: string;
  timeoutMs: number;
}

export interface FuzzResult {
  /** 0: every answer was as described. */
  code: number;
  report: string;
}

/** One run over every operation of the description. */
export async function fuzz(options: Fuzzing): Promise<FuzzResult> {
  const program = await installSchemathesis();
  const config = join(options.folder, 'schemathesis.toml');
  writeFileSync(config, options.settings);
  const args = ['--config-file', config, 'run', options.description, '--no-color'];
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      {
        cwd: options.folder,
        timeout: options.timeoutMs,
        maxBuffer: 1 << 26,
        env: { ...process.env, STEWARD_FUZZ_KEY: options.adminKey },
      },
      (error, stdout, stderr) => {
        const late = error?.killed ? `\nStopped: it took more than ${options.timeoutMs / 1000} s.` : '';
        resolve({ code: child.exitCode ?? 1, report: `${stdout}${stderr}${late}` });
      },
    );
  });
}
