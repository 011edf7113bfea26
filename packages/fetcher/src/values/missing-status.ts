/** Whether an answer only means that the file does not exist. */
export function isMissingStatus(status: number | null | undefined): boolean {
  return status === 404 || status === 410;
}
