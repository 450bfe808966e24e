/** Durations and limits a run was started with; passed in, so that tests wait milliseconds. All times in ms. */
export interface RunSettings {
  approvalTtlMs: number;
  /** How long an approval that came before its plan waits for it before it answers "recorded". */
  earlyApprovalWaitMs: number;
  maxTimeMs: number;
  callTimeoutMs: number;
  /** How long planning waits for catalogues and models that are away, ms; never beyond maxTimeMs. */
  planningTimeoutMs: number;
  /** How long a step waits for a service that is away before it fails, ms; never beyond the run's end. */
  sellerTimeoutMs: number;
  concurrency: number;
  /** Unpaid calls of services that usually answer within this run as local activities; 0 makes all calls remote. */
  localCallMs: number;
  /** Between two looks at a payment whose outcome is not known. */
  reconcileIntervalMs: number;
  /** After this an unknown payment needs a person; its hold stays. */
  reconcileGiveUpMs: number;
  /** How long a run waits for the answers to what planning asked, ms; runs from before that have none. */
  answerTtlMs?: number;
  /** Planning may ask for what is missing. Without it the run fails and says what that was. */
  ask?: boolean;
  /** The user's ceiling in minor units of the plan's asset. */
  maxCost?: string;
  /** Another run of an ended run's plan: its results are used, except from `fromStep` on. */
  rerun?: Rerun;
}

/** A type, not an interface: it is stored as JSON with the run's row. */
export type Rerun = {
  of: string;
  fromStep?: string;
};

/** What starts a run's workflow. No prompts and no secrets: those stay in sealed rows (decision 11). */
export interface RunInput {
  runId: string;
  tenant: string;
  subject: string;
  settings: RunSettings;
}
