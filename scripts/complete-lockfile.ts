import { readFileSync, writeFileSync } from 'node:fs';
import { runScript } from './command-line.ts';

interface Entry {
  version?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const FILE = 'package-lock.json';
const SYSTEMS = [
  'darwin',
  'linux',
  'win32',
  'freebsd',
  'android',
  'openharmony',
  'sunos',
  'aix',
  'netbsd',
  'openbsd',
];
const PROCESSORS: Readonly<Record<string, string>> = {
  x64: 'x64',
  amd64: 'x64',
  arm64: 'arm64',
  ia32: 'ia32',
  arm: 'arm',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  wasm32: 'wasm32',
};

/** The platform that the name of a platform package says; undefined when it names none. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> | undefined {
  const words = name.split('/').at(-1)!.split('-');
  const os = words.find((word) => SYSTEMS.includes(word));
  const cpu = words.map((word) => PROCESSORS[word]).find((word) => word !== undefined);
  if (os === undefined || cpu === undefined) return undefined;
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  return { os: [os], cpu: [cpu], ...(os === 'linux' && libc !== undefined ? { libc: [libc] } : {}) };
}

/** Node's resolution: the package itself, then every folder above it. */
function isLocked(packages: Record<string, Entry>, from: string, name: string): boolean {
  for (
    let at = from;
    ;
    at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : ''
  ) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true;
    if (at === '') return false;
  }
}

await runScript({
  name: 'lockfile',
  about: `Completes package-lock.json. Run it after every change of dependencies.`,
  examples: ['steward lockfile'],
  notes: `"npm ci" refuses a lock file without entries for optional platform packages that a registry does not carry, and npm
leaves exactly those out when it writes one. They are added here, without integrity: npm never installs them, because
their os and cpu are another machine's.`,
  run: completeLockfile,
});

function completeLockfile(): void {
  const lock = JSON.parse(readFileSync(FILE, 'utf8')) as { packages: Record<string, Entry> };
  let added = 0;
  for (const [from, entry] of Object.entries(lock.packages))
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isLocked(lock.packages, from, name)) continue;
      const platform = platformOf(name);
      if (platform === undefined || !/^\d+\.\d+\.\d+/.test(version))
        throw new Error(`${name}@${version} (needed by ${from}) names no platform: look at it by hand.`);
      lock.packages[`node_modules/${name}`] = {
        version,
        ...(entry.dev ? { dev: true } : {}),
        optional: true,
        ...platform,
      };
      added++;
    }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${added} entries added to ${FILE}\n`);
}
