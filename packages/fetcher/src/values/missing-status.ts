/** Whether an answer means nothing but that the file isn't there. */
export function isMissingStatus(status: number | null | undefined): boolean {
  return status === 404 || status === 410;
}
