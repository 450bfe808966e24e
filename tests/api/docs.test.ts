import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coreRoutes, coreStreams } from '../../api/core/index.ts';
import type { FamilyModule } from '../../api/family.ts';
import { parseJson } from '../../api/http/json-source.ts';
import { ask, openStack, type ApiStack } from './support/api.ts';
import { findBrowser, openPage, type Page } from './support/browser.ts';
import { allFamilies } from './support/families.ts';

interface Operation {
  'x-codeSamples': [{ lang: string; label: string; source: string }];
}

let stack: ApiStack;
let families: FamilyModule[];
let api: { url: string };
let operations: { route: string; source: string }[];
beforeAll(async () => {
  stack = await openStack();
  families = allFamilies('http://127.0.0.1:9');
  api = await stack.start({ families });
  const { paths } = (await ask(api, '/openapi.json')).body as unknown as {
    paths: Record<string, Record<string, Operation>>;
  };
  operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { 'x-codeSamples': samples }]) => ({
      route: `${method} ${path}`,
      source: samples[0].source,
    })),
  );
});
afterAll(() => stack.close());

describe('the curl line', () => {
  it('is there for every route and every stream', () => {
    const routes = [...coreRoutes(families), ...families.flatMap((family) => family.routes)];
    const streams = [...coreStreams, ...families.flatMap((family) => family.streams ?? [])];
    const paths = [
      ...routes.map(({ method, path }) => `${method} ${path}`),
      ...streams.map(({ path }) => `get ${path}`),
    ];
    const described = [...new Set(paths)].map((path) => path.replace(/:(\w+)/g, '{$1}'));
    expect(operations.map(({ route }) => route).toSorted()).toEqual(described.toSorted());
    for (const { source } of operations) expect(source).toMatch(/^curl -s.*"\$STEWARD_URL\//);
  });

  it('sends a body that its route takes', () => {
    const routes = [...coreRoutes(families), ...families.flatMap((family) => family.routes)].filter(
      ({ body }) => body,
    );
    expect(routes.length).toBeGreaterThan(10);
    const refused: string[] = [];
    for (const { method, path, body, money } of routes) {
      const route = `${method} ${path.replace(/:(\w+)/g, '{$1}')}`;
      const sent = /-d '(.*)'$/.exec(operations.find((one) => one.route === route)!.source)![1]!;
      const result = body!.safeParse(parseJson(sent, { money }));
      if (!result.success) refused.push(`${route} ${sent}: ${result.error.message}`);
    }
    expect(refused).toEqual([]);
  });
});

it('names every schema, because makers of clients do not follow a nameless one that contains itself', async () => {
  const { body } = await ask(api, '/openapi.json');
  const { schemas } = body['components'] as { schemas: object };
  expect(Object.keys(schemas).filter((name) => name.startsWith('__'))).toEqual([]);
  expect(Object.keys(schemas)).toContain('JsonValue');
});

it('every command of "start here" is a route', async () => {
  const { body } = await ask(api, '/openapi.json');
  const { description } = body['info'] as { description: string };
  const paths = [...description.matchAll(/\$STEWARD_URL(\/[^\s"?]*)/g)].map(([, path]) => path);
  expect(paths).toEqual([
    '/workflows/create',
    '/workflows/$ID',
    '/workflows/$ID/approve',
    '/workflows/$ID/stream',
  ]);
  const known = operations.map(({ route }) => route.replace(/\{\w+\}/g, '$ID').split(' ')[1]);
  expect(known).toEqual(expect.arrayContaining(paths));
});

const browser = findBrowser();
if (browser === undefined) process.stdout.write('The page is not drawn: there is no Chromium on the PATH.\n');

describe.skipIf(browser === undefined)('in a browser, the page', () => {
  let page: Page;
  beforeAll(async () => {
    const violations = `globalThis.violations = [];
      addEventListener('securitypolicyviolation', (event) =>
        violations.push([event.effectiveDirective, event.blockedURI, event.sourceFile, event.sample].join(' ')));
      addEventListener('error', (event) => violations.push(event.message));`;
    page = await openPage(browser!, `${api.url}/docs`, violations);
  });
  afterAll(() => page?.close());

  const count = (selector: string) =>
    page.evaluate<number>(`document.querySelectorAll('${selector}').length`);

  it('shows every operation, and breaks no policy', async () => {
    await expect.poll(() => count('.opblock')).toBe(operations.length);
    expect(await page.evaluate('violations')).toEqual([]);
  });

  it.each([
    ['getLivez', 'get /livez'],
    ['postApprovalsId', 'post /approvals/{id}'],
    ['getWorkflowsIdStream', 'get /workflows/{id}/stream'],
  ])('shows the curl line of %s with the address of this server', async (id, route) => {
    await page.evaluate(`document.querySelector('[id$="-${id}"] .opblock-summary-control').click()`);
    const line = `[id$="-${id}"] .curl pre`;
    await expect.poll(() => count(line)).toBe(1);
    const { source } = operations.find((one) => one.route === route)!;
    expect(await page.evaluate(`document.querySelector('${line}').textContent`)).toBe(
      source.replace('$STEWARD_URL', api.url),
    );
  });

  it('begins with what to do first', async () => {
    const text = await page.evaluate<string>(`document.querySelector('.info').innerText`);
    expect(text).toContain(`curl -s -X POST "${api.url}/workflows/$ID/approve"`);
  });

  it('tries a route when asked', async () => {
    await page.evaluate(`document.querySelector('[id$="-getLivez"] .execute').click()`);
    await expect
      .poll(() =>
        page.evaluate<string>(
          `document.querySelector('[id$="-getLivez"] .live-responses-table')?.innerText ?? ''`,
        ),
      )
      .toContain('200');
    expect(await page.evaluate('violations')).toEqual([]);
  });
});
