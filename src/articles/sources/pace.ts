/**
 * Takes the host's next turn, waiting for one that is near. Where it is far off no turn is taken, and the answer is the
 * moment to come back at.
 */
export type Pace = (url: string) => Promise<Date | undefined>
