export function keepBudget(_f: string) {}
