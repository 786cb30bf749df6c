// What OMA's back end has to know, from the environment.

export function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`set the environment variable ${name}`);
  return value;
}

// region headers
/** The headers of a call: the user's token, OMA's key, the user's Google token. */
export function headers(): Record<string, string> {
  return {
    Authorization: `Bearer ${setting("WPP_USER_TOKEN")}`,
    "X-OMA-API-Key": setting("OMA_API_KEY"),
    "X-Google-Access-Token": setting("GOOGLE_ACCESS_TOKEN"),
  };
}
// endregion
