import type { JobSettings } from '../../../domain/masumi/ports/jobs.ts';
import type { Kodosumi } from '../../../domain/masumi/ports/kodosumi.ts';
import type { MasumiNode } from '../../../domain/masumi/ports/masumi-node.ts';
import type { FlowSettings } from './flow-settings.ts';

/** What the family is made of. Without Kodosumi or a payment service it says so where they are needed. */
export interface MasumiOptions {
  taskQueue: string;
  kodosumi: Kodosumi | undefined;
  node: MasumiNode | undefined;
  /** AGENT_IDENTIFIER_* and PRICE_*, as they are at this moment. */
  settings: FlowSettings;
  sellerVkey: string | null;
  signingKey: string | undefined;
  /** Refuses file addresses before anybody pays, when files could not be fetched from them later. */
  mayFetch: (url: string) => boolean;
  /** Nobody pays; every job says so. */
  testMode: boolean;
  /** Purchasers need no key. */
  isPublic: boolean;
  /** Durations that every job is started with. */
  job: Pick<
    JobSettings,
    | 'callTimeoutMs'
    | 'terms'
    | 'margins'
    | 'launchForMs'
    | 'requestPaymentForMs'
    | 'paymentGraceMs'
    | 'retryEveryMs'
  >;
  /** How long start_job waits for the payment service. */
  startWaitMs: number;
}
