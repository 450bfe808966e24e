export const FAMILY = 'omni';
export const TAGS = [FAMILY];
