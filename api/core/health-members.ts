/** What the engine itself says in `/health`; no family may say it in its place. */
export const HEALTH_MEMBERS = {
  checks: ['database', 'temporal', 'workers', 'operator_account'],
  metrics: ['activeWorkflows', 'queueDepth'],
  fields: [
    'status',
    'version',
    'timestamp',
    'uptime',
    'message',
    'startup_complete',
    'checks',
    'metrics',
    'families',
  ],
} as const;
