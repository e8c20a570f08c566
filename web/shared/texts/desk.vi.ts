/** Texts of console and office. The master of desk.en.ts. */
export const deskVi = {
  "desk.theme": "Sáng hoặc tối",
} as const;

export type DeskTextKey = keyof typeof deskVi;
