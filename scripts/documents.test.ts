import { existsSync, globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..');
const MADE = new Set(['node_modules', 'data', 'dist', 'coverage']);
const FOLDERS = new Set(readdirSync(ROOT).filter((name) => !MADE.has(name) && isFolder(name)));
const DOCUMENTS = globSync(['*.md', 'docs/*.md', 'tests/**/*.md', 'examples/**/*.md'], { cwd: ROOT });

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

function isFolder(path: string): boolean {
  return statSync(join(ROOT, path)).isDirectory();
}

const withoutFences = (text: string): string => text.replaceAll(/^```[^]*?^```$/gm, '');

/** Headings of a document as the anchors that GitHub makes for them. */
const anchors = (path: string): string[] =>
  [...withoutFences(read(path)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );

const linksOf = (path: string): string[] =>
  [...withoutFences(read(path)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

function leadsNowhere(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? from : normalize(join(dirname(from), file));
  if (!existsSync(join(ROOT, path))) return true;
  return anchor !== undefined && !anchors(path).includes(anchor);
}

/**
 * A file or folder of this repository: it has a slash, and either lies under an existing folder or has one of our
 * endings.
 */
function looksLikePath(word: string): boolean {
  if (!/^[\w.][\w.-]*(\/[\w.*{},-]*)+$/.test(word)) return false;
  const [first = ''] = word.split('/');
  if (MADE.has(first)) return false;
  return FOLDERS.has(first) || /(\.(ts|md|json|yml|cjs|sol|sql|html|css)|\/)$/.test(word);
}

const pathsOf = (document: string): string[] =>
  [...withoutFences(read(document)).matchAll(/`([^`\n]+)`/g)]
    .flatMap(([, code = '']) => code.split(/\s+/))
    .filter(looksLikePath);

/** A test may be named without its ending. */
const isMissing = (document: string, path: string): boolean =>
  [ROOT, join(ROOT, dirname(document))].every(
    (folder) => globSync([path, `${path}.*`], { cwd: folder }).length === 0,
  );

describe('the documents', () => {
  test('the README is at most 9000 bytes', () => {
    expect(Buffer.byteLength(read('README.md'))).toBeLessThanOrEqual(9000);
  });

  test.each(DOCUMENTS)('every link of %s leads to a file and a heading', (document) => {
    expect(linksOf(document).filter((link) => leadsNowhere(document, link))).toEqual([]);
  });

  // The originals name files of other projects; the tutorial, those that its reader is to make.
  const OTHERS = ['docs/ORIGINALS.md', 'examples/family/README.md'];
  test.each(DOCUMENTS.filter((path) => !OTHERS.includes(path)))(
    'every file and folder that %s names is there',
    (document) => {
      expect([...new Set(pathsOf(document))].filter((path) => isMissing(document, path))).toEqual([]);
    },
  );

  test.each(DOCUMENTS)('every npm script that %s names exists', (document) => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read('package.json')));
    const named = [...read(document).matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g)].map(
      ([, name = '']) => name,
    );
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('docs/README.md has a line for every document of the folder', () => {
    const listed = linksOf('docs/README.md');
    const pages = globSync('*.md', { cwd: join(ROOT, 'docs') }).filter((page) => page !== 'README.md');
    expect(pages.filter((page) => !listed.includes(page))).toEqual([]);
  });
});

describe('the workflow on GitHub', () => {
  const Job = z.object({
    'timeout-minutes': z.int(),
    steps: z.array(z.looseObject({ run: z.string().optional() })),
  });
  const Workflow = z.object({
    permissions: z.record(z.string(), z.string()),
    jobs: z.record(z.string(), Job),
  });
  const workflow = Workflow.parse(parse(read('.github/workflows/ci.yml')));
  const commands = Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));

  test('runs what .ci/run runs, and the gate by itself', () => {
    expect(commands).toContain('.ci/run');
    expect(commands).toContain('npm run check');
    expect(statSync(join(ROOT, '.ci/run')).mode & 0o111).not.toBe(0);
  });

  test('may only read', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });
});

test('editors get the rules of the formatter', () => {
  const { printWidth } = z.object({ printWidth: z.int() }).parse(JSON.parse(read('.oxfmtrc.json')));
  expect(read('.editorconfig')).toContain(`max_line_length = ${printWidth}\n`);
});
