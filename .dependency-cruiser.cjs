/** The import table of ARCHITECTURE.md, enforced. Tests, scripts, benches and the embedded stack may import anything. */
const inside = (folder) => `^${folder}/`;
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: inside(from), pathNot: '\\.test\\.ts$' },
  to: { pathNot: allowed },
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
      from: { path: '^workflows/families/([^/]+)' },
      to: { path: '^workflows/families/', pathNot: '^workflows/families/$1' },
    },
    {
      name: 'activities',
      severity: 'error',
      from: { path: '^activities/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(workflows|api|workers|library|sdk|embedded|tests)/' },
    },
    {
      name: 'api',
      severity: 'error',
      from: { path: '^api/', pathNot: ['\\.test\\.ts$', '^api/(main|compose)\\.ts$'] },
      to: { path: '^(activities|workers|library|sdk|embedded|tests)/' },
    },
    {
      name: 'workers',
      severity: 'error',
      from: { path: '^workers/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(api|sdk|library|embedded|tests)/' },
    },
    {
      name: 'db',
      severity: 'error',
      from: { path: '^db/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(activities|api|workers|workflows|library|sdk|embedded|tests)/' },
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
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
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
