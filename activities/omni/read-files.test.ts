import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import { readOmniFiles } from './read-files.ts';

const folder = temporaryFolder('omni-files');
const AGENTS = `agents:
  - { id: user-agent, priority: HIGH, dailyBudget: 100.0, maxPerCall: 10.0 }
`;
const SERVICES = `services:
  - id: PRICE_ORACLE
    unitPrice: 0.05
    providerAddress: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
    active: true
    url: http://localhost:8002
`;

const read = (agents = AGENTS, services = SERVICES, urls = {}) => {
  const [one, other] = [join(folder, 'agents.yaml'), join(folder, 'services.yaml')];
  writeFileSync(one, agents);
  writeFileSync(other, services);
  return readOmniFiles({ agents: one, services: other, urls });
};

/** What is said of files that are wrong, as a person reads it. */
async function problems(agents?: string, services?: string): Promise<string[]> {
  const found = await read(agents, services);
  return found.ok
    ? []
    : found.problems.map(({ file, line, path, message }) => `${file}:${line}: ${path} ${message}`);
}

const agent = (more: string): string =>
  `agents:\n  - { id: a, priority: LOW, dailyBudget: 1, maxPerCall: 1, ${more} }\n`;
const service = (more: string): string => `${SERVICES}${more}`;

test('files are read with every digit, and with what they leave out', async () => {
  const found = await read(
    `agents:
  - { id: a, priority: normal, dailyBudget: 0.000000000000000001, maxPerCall: 123456789012345678901.5 }`,
  );
  expect(found).toMatchObject({
    ok: true,
    config: {
      burst: false,
      treasury: { mockBalance: 180n * 10n ** 18n, lowBalance: 20n * 10n ** 18n, highReserve: 5000 },
      agents: [
        {
          id: 'a',
          priority: 'MEDIUM',
          dailyBudget: 1n,
          maxPerCall: 123456789012345678901500000000000000000n,
          rollover: { enabled: false, cap: null },
          alerts: [0.5, 0.8, 1],
        },
      ],
      services: [
        {
          id: 'PRICE_ORACLE',
          unitPrice: 5n * 10n ** 16n,
          url: 'http://localhost:8002',
          tool: { name: 'get_price_tool' },
        },
      ],
    },
  });
});

test('the same meaning has the same hash, whatever the file looks like', async () => {
  const [one, other, changed] = [
    await read(),
    await read(`# a comment\n${AGENTS.replace('100.0', '100')}`),
    await read(AGENTS.replace('100.0', '101')),
  ];
  expect(one.ok && other.ok && one.hash === other.hash).toBe(true);
  expect(one.ok && changed.ok && one.hash === changed.hash).toBe(false);
});

test('a setting moves one of the four providers', async () => {
  const found = await read(AGENTS, SERVICES, { PRICE_ORACLE: 'http://127.0.0.1:9' });
  expect(found).toMatchObject({ ok: true, config: { services: [{ url: 'http://127.0.0.1:9' }] } });
});

test('a service that declares a tool becomes one, with the bounds of its schema', async () => {
  const tool = `    tool:
      name: forecast
      description: Tells the weather.
      path: /forecast
      input_schema: { type: object, properties: { days: { type: integer, minimum: 1 } }, required: [days] }
`;
  expect(await read(AGENTS, service(tool))).toMatchObject({
    ok: true,
    config: {
      services: [
        { tool: { name: 'forecast', method: 'POST', inputSchema: { properties: { days: { minimum: 1 } } } } },
      ],
    },
  });
});

test.each([
  [
    'agents:\n  - { id: a, priority: LOW, dailyBudget: ten, maxPerCall: 1 }',
    'agents.yaml:2: agents[0].dailyBudget must be a number of at least 0, not "ten"',
  ],
  [
    'agents:\n  - { id: a, priority: LOW, dailyBudget: -1, maxPerCall: 1 }',
    'agents.yaml:2: agents[0].dailyBudget must be a number of at least 0, not -1',
  ],
  [
    'agents:\n  - { id: a, priority: LOW, dailyBudget: .nan, maxPerCall: 1 }',
    'agents.yaml:2: agents[0].dailyBudget must be a number of at least 0, not .nan',
  ],
  [agent('alerts: [0.8, 0.5]'), 'agents.yaml:2: agents[0].alerts must ascend, each share once'],
  [
    agent('alerts: [1.5]'),
    'agents.yaml:2: agents[0].alerts[0] must be a share from 0 to 1 with at most 4 decimals, not 1.5',
  ],
  [
    agent('dailybudget: 3'),
    'agents.yaml:2: agents[0] "dailybudget" is no field here; did you mean "dailyBudget"?',
  ],
  [agent('priority: URGENT'), 'agents.yaml:2:  Map keys must be unique'],
  [
    'agents:\n  - { id: a, priority: URGENT, dailyBudget: 1, maxPerCall: 1 }',
    'agents.yaml:2: agents[0].priority must be HIGH, MEDIUM (or NORMAL) or LOW',
  ],
  [
    'agents:\n  - { id: a, priority: LOW, dailyBudget: 0.1234567890123456789, maxPerCall: 1 }',
    'agents.yaml:2: agents[0].dailyBudget has 19 decimals; the token has 18',
  ],
  ['', 'agents.yaml:1:  must be a mapping of names to values'],
  ['[1, 2]', 'agents.yaml:1:  must be a mapping of names to values'],
  ['agents: [', 'agents.yaml:1:  '],
  ['x: &a [1]\nagents: [*a, *a]', 'agents.yaml:2:  uses an alias (*name): write the value out'],
])('agents.yaml with a mistake: %j', async (text, expected) => {
  const said = await problems(text);
  expect(said.some((line) => line.startsWith(expected))).toBe(true);
});

test('two agents of one id are named with the line of the second', async () => {
  const two = `agents:
  - { id: a, priority: LOW, dailyBudget: 1, maxPerCall: 1 }
  - { id: a, priority: LOW, dailyBudget: 1, maxPerCall: 1 }`;
  expect(await problems(two)).toEqual(['agents.yaml:3: agents[1].id a is the id of another agent']);
});

test.each([
  [
    'unitPrice: 0.05',
    'unitPrice: 0',
    'services.yaml:3: services[0].unitPrice must be a number of more than 0, not 0',
  ],
  [
    'http://localhost:8002',
    'localhost',
    'services.yaml:6: services[0].url must be a URL that begins with http:// or https://',
  ],
  [
    'id: PRICE_ORACLE',
    'id: health',
    'services.yaml:2: services[0].id is reserved: /services/health is a route',
  ],
  [
    "'0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'",
    "'0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266'",
    'services.yaml:1: services[0].providerAddress must be 0x and 40 hex digits with a right checksum',
  ],
  [
    "'0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'",
    '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    'services.yaml:4: services[0].providerAddress must be 0x and 40 hex digits, in quotes',
  ],
])('services.yaml with %s as %s', async (from, to, expected) => {
  const said = await problems(AGENTS, SERVICES.replace(from, to));
  expect(said.some((line) => line.startsWith(expected))).toBe(true);
});

test('a file that is not there is named, and both files are looked at', async () => {
  const found = await readOmniFiles({
    agents: join(folder, 'none.yaml'),
    services: join(folder, 'nor.yaml'),
    urls: {},
  });
  expect(found).toMatchObject({ ok: false, problems: [{ file: 'none.yaml' }, { file: 'nor.yaml' }] });
});
