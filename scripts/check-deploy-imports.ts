import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';

export interface Closure {
  /** Every file of ours that the entry files reach, relative to the root. */
  files: Set<string>;
  /** Every package they import by name. */
  packages: Set<string>;
}

const IMPORT =
  /^\s*(?:import|export)\b(?!\s+type\b)[^;]*?\bfrom\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm;
/**
 * Files that code reads from its own folder. Folders and URLs that only look like a file do not exist, and drop out.
 */
const BESIDE = /new URL\(\s*'(\.[^']*)',\s*import\.meta\.url/g;

/** What runs when these files run: their imports, the imports of those, and so on. Type-only imports do not count. */
export function importClosure(root: string, entries: readonly string[]): Closure {
  const files = new Set<string>();
  const packages = new Set<string>();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    if (!file.endsWith('.ts')) continue;
    const source = readFileSync(join(root, file), 'utf8');
    for (const name of importsOf(source)) {
      if (name.endsWith('/stand-ins.ts')) continue; // only the embedded stack starts stand-ins
      if (name.startsWith('.')) waiting.push(relative(root, join(root, dirname(file), name)));
      else if (!isBuiltin(name)) packages.add(packageOf(name));
    }
    for (const [, name = ''] of source.matchAll(BESIDE)) {
      const path = relative(root, join(root, dirname(file), name));
      if (/\.\w+$/.test(path) && existsSync(join(root, path))) waiting.push(path);
    }
  }
  return { files, packages };
}

/** The modules that a source imports as values. */
export function importsOf(source: string): string[] {
  return [...source.matchAll(IMPORT)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}

const isBuiltin = (name: string): boolean => name.startsWith('node:') || builtinModules.includes(name);

const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
