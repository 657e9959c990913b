export async function writeRecord(_f: string, _j: string, _s: (l: string) => void) {}
