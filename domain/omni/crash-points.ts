/** Points of this family after which a crash changes what must happen next (`domain/crash-points.ts`). */
export const CHAT_POINTS = {
  'provider.answered':
    'The provider has answered, and nothing of it is stored. It is asked again under the same task, and answers the same.',
} as const;

export type ChatPoint = keyof typeof CHAT_POINTS;
