/** Status and title of a problem code; families may say otherwise for their own routes. */
export interface CodeMeaning {
  status: number;
  title: string;
}

const group = (status: number, title: string, codes: string[]): [string, CodeMeaning][] =>
  codes.map((code) => [code, { status, title }]);

/** The one map from code to status (domain `EngineError`s use the same words). */
const MEANINGS = new Map<string, CodeMeaning>([
  ...group(400, 'Bad request', [
    'invalid_json',
    'validation_failed',
    'invalid_cursor',
    'invalid_path',
    'invalid_request',
    'invalid_idempotency_key',
    'invalid_amount',
    'unknown_asset',
    'unknown_unit',
    'insufficient_escrow',
    'unsupported_action',
    'invalid_input',
  ]),
  ...group(401, 'Unauthorized', ['unauthorized']),
  ...group(403, 'Forbidden', ['forbidden', 'forbidden_host', 'forbidden_origin']),
  ...group(404, 'Not found', [
    'not_found',
    'route_not_found',
    'run_not_found',
    'approval_not_found',
    'payment_not_found',
    'attention_not_found',
    'account_not_found',
    'budget_not_found',
    'agent_not_found',
    'service_not_found',
    'surplus_not_found',
    'key_not_found',
  ]),
  ...group(405, 'Method not allowed', ['method_not_allowed']),
  ...group(408, 'Request timeout', ['request_timeout']),
  ...group(409, 'Conflict', [
    'idempotency_key_reused',
    'idempotency_in_progress',
    'conflict',
    'budget_in_use',
    'surplus_not_waiting',
    'surplus_not_covered',
    'invalid_state',
    'cannot_cancel',
    'workflow_lost',
    'plan_changed',
    'partial_plan',
    'run_finished',
    'run_not_ended',
    'run_exists',
    'not_awaiting_input',
    'stale_status_id',
    'deadline_passed',
    'question_not_open',
  ]),
  ...group(410, 'Gone', ['approval_expired']),
  ...group(413, 'Payload too large', ['too_large']),
  ...group(415, 'Unsupported media type', ['media_type']),
  ...group(426, 'Upgrade required', ['upgrade_required']),
  ...group(431, 'Request header fields too large', ['headers_too_large']),
  ...group(429, 'Too many requests', ['rate_limited', 'too_many_connections', 'too_many_streams']),
  ...group(500, 'Internal error', ['internal', 'ledger_invalid', 'value_lost']),
  ...group(503, 'Service unavailable', ['unavailable', 'discovery_unavailable']),
]);

/** The codes that are the engine's; families add theirs. */
export const ENGINE_CODES: readonly string[] = [...MEANINGS.keys()];

/** A code nobody listed is a refusal: its message is safe to show, and the client is the one to change something. */
const REFUSED: CodeMeaning = { status: 400, title: 'Bad request' };

/** The family's meaning, else the core's; a renamed code keeps the meaning of the one it stands for. */
export function meaningOf(
  code: string,
  own: Readonly<Record<string, CodeMeaning>> = {},
  standsFor = code,
): CodeMeaning {
  return own[code] ?? MEANINGS.get(code) ?? MEANINGS.get(standsFor) ?? REFUSED;
}
