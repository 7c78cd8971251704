export async function playLive(_: unknown): Promise<boolean> {
  return true;
}
