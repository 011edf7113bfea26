/** What the kernel matrix knows of the kernel that it has booted, for tests to compare with what the kernel says. */

/**
 * What asking for Landlock must give: the ABI, `not-built` or `disabled-at-boot`. Undefined outside the kernel matrix.
 *
 * @throws Error for anything else
 */
export function expectedLandlock(): number | 'not-built' | 'disabled-at-boot' | undefined {
  const value = process.env['SB_EXPECT_LANDLOCK'];
  if (value === undefined || value === 'not-built' || value === 'disabled-at-boot') return value;
  const abi = Number(value);
  if (Number.isInteger(abi) && abi > 0) return abi;
  throw new Error(`SB_EXPECT_LANDLOCK is ${value}`);
}

/** The same as an ABI: 0 where Landlock is missing. */
export function expectedLandlockAbi(): number | undefined {
  const expected = expectedLandlock();
  return typeof expected === 'string' ? 0 : expected;
}

/** Whether the kernel matrix could get no modules for the kernel that it has booted. */
export const lacksModules = (): boolean => process.env['SB_EXPECT_MODULES'] === 'false';

/** By how much longer everything may take here, since the machine is emulated: 1 outside the kernel matrix. */
export const patience = Number(process.env['SB_PATIENCE'] ?? 1);
