/** What a check of the books came to. */
export interface CheckSummary {
  id: string;
  findings: number;
  repaired: number;
}

export interface ReconciliationActivities {
  /** Compares chains, ledger and runs, repairs what is safe, tells a person of the rest and keeps the report. */
  checkBooks(): Promise<CheckSummary>;
}
