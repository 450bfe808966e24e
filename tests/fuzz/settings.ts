import type { KnownIds } from './target.ts';

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'positive_data_acceptance',
  'unsupported_method',
  'missing_required_header',
  'ignored_auth',
];

/** Which known ids a path's parameter may take. */
const PARAMETERS: readonly [path: string, parameter: string, kind: keyof KnownIds][] = [
  ['^/runs/', 'path.id', 'runs'],
  ['^/workflows/\\{id', 'path.id', 'runs'],
  ['^/approvals/', 'path.id', 'approvals'],
  ['^/payments/', 'path.id', 'payments'],
  ['^/ledger/accounts/', 'path.id', 'accounts'],
  ['^/admin/keys/', 'path.id', 'keys'],
  ['^/attention/', 'path.id', 'attention'],
  ['\\{userId\\}', 'path.userId', 'users'],
  ['\\{flow_key\\}', 'path.flow_key', 'flows'],
  ['^/\\{flow_key\\}/runs/', 'path.id', 'jobs'],
  ['^/mip003/.*/status$', 'query.job_id', 'jobs'],
];

const USUAL = ['2xx', '3xx', 401, 403, 404, 409, 429];

/**
 * Refusals of requests that keep the described form: no schema can say whether a cursor was handed out, an address is on
 * a curve, a wallet has money or a run is in the right state.
 */
const REFUSALS: readonly [name: string, status: number][] = [
  [
    '^GET /(runs|approvals|payments|attention|events|budgets|budgets/.*/entries|ledger/.*|users/.*|escrow/.*/history)$',
    400,
  ],
  ['^POST /workflows/(create|\\{id\\}/(approve|cancel))$', 400],
  ['^POST /approvals/\\{id\\}$', 400],
  ['^POST /runs/\\{id\\}/rerun$', 400], // its input is the family's own words
  ['^POST /escrow/', 400],
  ['^GET /escrow/\\{userId\\}/withdraw/quote$', 400], // amounts and addresses have forms that no schema knows
  ['^POST /budgets', 400], // an asset or a unit that nobody knows, both, or neither
  ['^POST /ledger/surplus/', 400], // an asset that escrows do not have
  ['^PATCH /budgets/\\{id\\}$', 400], // shares of the cap that do not ascend
  ['^POST /admin/keys/\\{id\\}/rotate$', 400], // an end that has passed
  ['^POST /(mip003/)?\\{flow_key\\}/', 400], // inputs are judged by the flow's own form
  ['^GET /mip003/\\{flow_key\\}/status$', 400], // one of two names of the job
  ['^POST /chat$', 400], // names and messages that are only blank
  ['^PUT /agents/\\{id\\}/budget$', 400], // nothing to change, or more decimals than the token has
  ['^POST /policy/(simulate|replay)$', 400], // the same, and ranges that end before they begin
  ['^GET /stats/trends$', 400],
  ['^POST /admin/reload$', 400], // the files
  ['^GET /omni/', 426],
  ['/stream$', 426],
];

export interface FuzzPlan {
  seed: number;
  examplesPerOperation: number;
  ids: KnownIds;
}

/** schemathesis.toml of one run: every check that is fair, ids that exist mixed with invented ones, a fixed seed. */
export function fuzzSettings({ seed, examplesPerOperation, ids }: FuzzPlan): string {
  const known = (Object.keys(ids) as (keyof KnownIds)[]).filter((kind) => ids[kind].length > 0);
  return [
    `seed = ${seed}`,
    'continue-on-failure = true',
    'suppress-health-check = ["all"]',
    'warnings = false',
    'request-timeout = 15.0',
    'headers = { Authorization = "Bearer ${STEWARD_FUZZ_KEY}" }',
    `[generation]\nmax-examples = ${examplesPerOperation}\nno-shrink = true\nallow-x00 = false\ndatabase = "none"`,
    '[phases.stateful]\nenabled = false',
    `[checks]\nenabled = false\n${CHECKS.map((name) => `${name}.enabled = true`).join('\n')}`,
    ...known.map((kind) => `[dictionaries.${kind}]\nvalues = ${JSON.stringify(ids[kind])}`),
    ...PARAMETERS.filter(([, , kind]) => known.includes(kind)).map(
      ([path, parameter, kind]) =>
        `[[operations]]\ninclude-path-regex = '${path}'\nparameters = { "${parameter}" = { dictionary = "${kind}", probability = 0.7 } }`,
    ),
    ...REFUSALS.map(
      ([name, status]) =>
        `[[operations]]\ninclude-name-regex = '${name}'\nchecks.positive_data_acceptance.expected-statuses = ${JSON.stringify([...USUAL, status])}`,
    ),
    // What is no flow has no methods: 404, for whatever is asked.
    `[[operations]]\ninclude-path-regex = '^/\\{flow_key\\}$'\nchecks.unsupported_method.enabled = false`,
    // Asked without Upgrade or Accept, a stream says what it is before it asks who is there.
    `[[operations]]\ninclude-name-regex = '(/stream$|^GET /omni/)'\nchecks.missing_required_header.enabled = false\nchecks.ignored_auth.enabled = false`,
  ].join('\n\n');
}
