// What the signed-in person's role may do, so that nobody is offered what the server would refuse.

import { createContext, html, useContext } from "./vendor/htm-preact.js";

/** From the least to the most: each may do what those before it may. */
const RANKS = ["viewer", "scorer", "operator", "admin"];

/** The role of whoever is signed in; undefined where the server did not tell, which is then left to refuse. */
const Role = createContext(undefined);
export const RoleProvider = Role.Provider;

/** Whether the role of whoever is signed in includes `needed`. */
export function useMay(needed) {
  const role = useContext(Role);
  return role === undefined || RANKS.indexOf(role) >= RANKS.indexOf(needed);
}

/** The children for whom their role lets do it; for others a sentence that says who may. `what` begins it: "To run the ETL". */
export function For({ role, what, children }) {
  const has = useContext(Role);
  return useMay(role) ? children : html`<p class="notice">${what} you need the role ${role}; yours is ${has}. An admin of your league gives roles.</p>`;
}
