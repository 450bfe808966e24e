import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  type ParsedNode,
} from 'yaml';
import type { z } from 'zod';
import { Digits, type FileProblem } from '../../schemas/families/omni/files.ts';

const LARGEST = 1024 * 1024;

/** What a file says, or everything that is wrong with it. */
export type FileRead<T> = { ok: true; value: T } | { ok: false; problems: FileProblem[] };

/** Reads a YAML file (JSON is YAML) through its schema. Problems have the line of the value that they are about. */
export async function readYaml<T>(path: string, schema: z.ZodType<T>): Promise<FileRead<T>> {
  const file = basename(path);
  const one = (message: string): FileRead<T> => ({
    ok: false,
    problems: [{ file, line: 1, path: '', message }],
  });
  const size = await stat(path).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );
  if (size === undefined) return one(`cannot be read: there is no file ${path}`);
  if (size > LARGEST) return one('is larger than 1 MiB');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined
    ? one(`cannot be read: ${path} may not be opened`)
    : parseYaml(file, text, schema);
}

export function parseYaml<T>(file: string, text: string, schema: z.ZodType<T>): FileRead<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const problem = (offset: number, path: string, message: string): FileProblem => ({
    file,
    line: Math.max(1, lines.linePos(offset).line),
    path,
    message,
  });
  const errors = document.errors.map(({ pos, message }) => problem(pos[0], '', plain(message)));
  if (errors.length > 0) return { ok: false, problems: errors };
  const root = document.contents;
  if (!isMap(root)) return { ok: false, problems: [problem(0, '', 'must be a mapping of names to values')] };
  const alias = findAlias(root);
  if (alias !== undefined)
    return {
      ok: false,
      problems: [problem(alias.range?.[0] ?? 0, '', 'uses an alias (*name): write the value out')],
    };
  const parsed = schema.safeParse(valueOf(root));
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => {
    const keys = path.map((key) => (typeof key === 'symbol' ? String(key) : key));
    return problem(offsetOf(root, keys), nameOf(keys), message);
  });
  return { ok: false, problems };
}

const plain = (message: string): string => message.split('\n')[0]!.replace(/ at line \d+.*$/, '');

/** Aliases can make a small file enormous; nobody needs them here. */
function findAlias(node: Node | null): Node | undefined {
  if (node === null) return undefined;
  if (isAlias(node)) return node;
  const inner = isMap(node)
    ? node.items.flatMap(({ key, value }) => [key as Node | null, value as Node | null])
    : isSeq(node)
      ? (node.items as Node[])
      : [];
  for (const each of inner) {
    const found = findAlias(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Plain values; numbers as they are written. */
function valueOf(node: Node | null): unknown {
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => [
      String(isScalar(key) ? key.value : key),
      valueOf(value as Node | null),
    ]);
    return Object.fromEntries(entries) as unknown;
  }
  if (isSeq(node)) return node.items.map((item) => valueOf(item as Node));
  if (!isScalar(node)) return null;
  return typeof node.value === 'number' || typeof node.value === 'bigint'
    ? new Digits(node.source ?? String(node.value))
    : node.value;
}

/** Where the value of a path begins; of one that is missing, what it is missing in. */
function offsetOf(root: ParsedNode, path: readonly (string | number)[]): number {
  let node: Node | null = root;
  let offset = root.range[0];
  for (const key of path) {
    const next: Node | null | undefined = isMap(node) || isSeq(node) ? node.get(key, true) : undefined;
    if (next === undefined || next === null) break;
    node = next;
    offset = next.range?.[0] ?? offset;
  }
  return offset;
}

const nameOf = (path: readonly (string | number)[]): string =>
  path.map((key, at) => (typeof key === 'number' ? `[${key}]` : at === 0 ? key : `.${key}`)).join('');
