// What OMA does after an error: one step per code.

/** The `error` object of an answer. */
export interface ErrorObject {
  code: string;
  message: string;
  action?: string;
  details?: unknown;
  retryAfterSeconds?: number;
  requiredScope?: string;
  requestedAccount?: string;
  approvedAccounts?: string[];
  correlationId?: string;
}

const STEPS = new Map([
  ["INVALID_REQUEST", "correct"],
  ["UNAUTHENTICATED", "sign-in"],
  ["FORBIDDEN", "show"],
  ["ACCOUNT_NOT_AUTHORIZED", "request-access"],
  ["APPROVED_ACCOUNTS_INVALID", "seal-again"],
  ["SAFETY_LIMIT_EXCEEDED", "ask-for-less"],
  ["CONFIRMATION_INVALID", "preview-again"],
  ["SECOND_APPROVAL_REQUIRED", "wait-for-approval"],
  ["OPERATION_EXPIRED", "preview-again"],
  ["OPERATION_IN_PROGRESS", "repeat"],
  ["CONFLICT", "correct"],
  ["STATE_CHANGED", "preview-again"],
  ["WRITES_DISABLED", "show"],
  ["NOT_FOUND", "report"],
  ["METHOD_NOT_ALLOWED", "report"],
  ["PAYLOAD_TOO_LARGE", "ask-for-less"],
  ["RATE_LIMITED", "repeat"],
  ["GOOGLE_QUOTA_EXCEEDED", "repeat"],
  ["GOOGLE_AUTH_EXPIRED", "reconnect-google"],
  ["GOOGLE_ACCESS_DENIED", "ask-owner"],
  ["GOOGLE_INVALID_REQUEST", "correct"],
  ["GOOGLE_UNAVAILABLE", "repeat"],
  ["DEADLINE_EXCEEDED", "ask-for-less"],
  ["AUDIT_UNAVAILABLE", "repeat"],
  ["STORAGE_UNAVAILABLE", "repeat"],
  ["OUTCOME_UNKNOWN", "never-repeat"],
  ["INTERNAL", "report"],
]);

// region next
/** The step, and after how many seconds. */
export interface Next {
  step: string;
  afterSeconds: number;
}

/** What to do after an error object; `attempt` counts the calls made so far. */
export function nextStep(error: ErrorObject, attempt = 1): Next {
  // A code that is not known here is newer than this table: show it, repeat nothing.
  const step = STEPS.get(error.code) ?? "show";
  if (step === "show" && error.requiredScope !== undefined) {
    return { step: "sign-in", afterSeconds: 0 };
  }
  if (step === "seal-again" && attempt > 1) {
    return { step: "report", afterSeconds: 0 }; // a fresh list is refused too: secret or clock
  }
  if (step === "repeat") {
    const wait = error.retryAfterSeconds ?? 2 ** attempt;
    // Waits longer than the user does are shown; so is what three repeats have not mended.
    const goesOn = attempt <= 3 && wait <= 60;
    return goesOn ? { step, afterSeconds: wait } : { step: "show", afterSeconds: 0 };
  }
  return { step, afterSeconds: 0 };
}
// endregion
