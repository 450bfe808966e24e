import { watch } from 'node:fs';
import { sep } from 'node:path';

/** The sources of the application. Tests, documents and the embedded servers do not restart it. */
export const SOURCES = [
  'activities',
  'api',
  'config',
  'db',
  'domain',
  'families',
  'migrations',
  'processes',
  'schemas',
  'workers',
  'workflows',
];

/** True when a change of this file, relative to the project, concerns the running application. */
export function concernsApplication(path: string): boolean {
  const [first = ''] = path.split(sep);
  if (path.endsWith('.test.ts')) return false;
  return SOURCES.includes(first) ? /\.(ts|sql|html|css|js|json)$/.test(path) : path === '.env';
}

/** Calls once for each burst of changes: editors write a file in several steps, and a checkout writes many. */
export function watchSources(root: string, quietMs: number, onChange: (path: string) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const changed = (path: string): void => {
    if (!concernsApplication(path)) return;
    clearTimeout(timer);
    timer = setTimeout(() => onChange(path), quietMs);
  };
  const watchers = [
    watch(root, (_event, name) => name !== null && changed(name)),
    ...SOURCES.map((folder) =>
      watch(
        `${root}${sep}${folder}`,
        { recursive: true },
        (_event, name) => name !== null && changed(`${folder}${sep}${name}`),
      ),
    ),
  ];
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
