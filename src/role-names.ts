export const roleNames = ['web', 'sender'] as const
export type RoleName = (typeof roleNames)[number]
