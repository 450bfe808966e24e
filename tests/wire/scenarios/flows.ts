/** Keys of the flows that the stack's stand-in of Kodosumi has. */
export const KEY = {
  hymn: '-_localhost_8001_hymn_-_',
  approval: '-_localhost_8001_approval_-_',
} as const;
