/** The import table of ARCHITECTURE.md, enforced. Tests, scripts, benches, the library and the launchers may import anything. */
const ABOVE = 'processes|families|library|sdk|cli|embedded|stand-ins|demo|examples|tests|bench|scripts';
/** It imports nothing and has one effect, which must come before a package is loaded. */
const QUIET = '^config/quiet-bindings\\.ts$';
const inside = (folder) => `^${folder}/`;
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: inside(from), pathNot: '\\.test\\.ts$' },
  to: { pathNot: allowed },
});
/** What a folder's sources, tests apart, may not import. */
const never = (name, forbidden, comment) => ({
  name,
  ...(comment === undefined ? {} : { comment }),
  severity: 'error',
  from: { path: inside(name), pathNot: '\\.test\\.ts$' },
  to: { path: `^(${forbidden})/`, pathNot: QUIET },
});

module.exports = {
  forbidden: [
    only('schemas', 'schemas', ['^schemas/', '^node_modules/zod/'], 'schemas import schemas and zod'),
    only('domain', 'domain', ['^domain/', '^schemas/'], 'domain is pure: domain, and schemas as types'),
    {
      name: 'domain-schemas-as-types',
      severity: 'error',
      from: { path: '^domain/', pathNot: '\\.test\\.ts$' },
      to: { path: '^schemas/', dependencyTypesNot: ['type-only'] },
    },
    only(
      'workflows',
      'workflows',
      ['^workflows/', '^domain/', '^schemas/', '^node_modules/@temporalio/(workflow|common)/'],
      'workflows are deterministic: workflows, domain, schemas as types, the workflow SDK',
    ),
    {
      name: 'workflows-schemas-as-types',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^schemas/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'family-to-family',
      severity: 'error',
      comment: 'a family knows no other; what several need is the engine’s',
      from: { path: '^(?:api|schemas|workers|workflows)/families/([^/.]+)' },
      to: {
        path: '^(?:api|schemas|workers|workflows)/families/',
        pathNot: '^(?:api|schemas|workers|workflows)/families/$1[/.]',
      },
    },
    never('activities', `workflows|api|workers|${ABOVE}`),
    {
      name: 'as-types',
      comment: 'settings and workflows are known to activities and API by their types alone',
      severity: 'error',
      from: { path: '^(activities|api)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(config|workflows)/', pathNot: QUIET, dependencyTypesNot: ['type-only'] },
    },
    never('api', `activities|workers|${ABOVE}`),
    never('workers', `api|${ABOVE}`),
    never('db', `activities|api|workers|workflows|${ABOVE}`),
    never('config', `activities|api|workers|workflows|db|migrations|contracts|${ABOVE}`),
    never(
      'families',
      'processes|library|sdk|cli|embedded|demo|examples|tests|bench|scripts',
      'manifests: all that a family is made of, nothing that starts it',
    ),
    never(
      'processes',
      'library|sdk|cli|embedded|stand-ins|demo|examples|tests|bench|scripts',
      'composition roots: all that serves, but no launcher, no stand-in and no client',
    ),
    never(
      'stand-ins',
      'activities|api|workers|workflows|db|config|processes|families|library|sdk|cli|demo|examples|tests|bench|scripts',
      'what stands in for a service of others shares schemas and pure code with us, nothing that we serve with',
    ),
    never(
      'demo',
      'activities|api|workers|workflows|db|processes|families|library|examples|tests|bench',
      'the demo and the purchaser are clients',
    ),
    {
      name: 'migrations',
      comment: 'forward-only SQL',
      severity: 'error',
      from: { path: '^migrations/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^migrations/', '^node_modules/@mikro-orm/'] },
    },
    only(
      'sdk',
      'sdk',
      ['^sdk/', '^schemas/', '^node_modules/(zod|eventsource-parser)/'],
      'the SDK runs in browsers: schemas, and packages that a browser runs',
    ),
    {
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: 'node_modules' },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Packages stay in the picture, unfollowed: without them no rule sees that one is imported.
    exclude: { path: '^(data|coverage|dist)/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
