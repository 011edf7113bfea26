/** From Linux; Node does not name it. Opens what a name leads to without reading it (open(2)). */
export const oPath = 0o10_000_000;
