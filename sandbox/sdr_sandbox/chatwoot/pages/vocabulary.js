// Portuguese names of what the product and Chatwoot write: attributes, their values, statuses, priorities.

export const STATUSES = { open: "Abertas", pending: "Pendentes", resolved: "Resolvidas", snoozed: "Adiadas", all: "Todas" };
export const STATUS_NAMES = { open: "Aberta", pending: "Pendente", resolved: "Resolvida", snoozed: "Adiada" };
export const PRIORITIES = { low: "Baixa", medium: "Média", high: "Alta", urgent: "Urgente" };
export const TEMPERATURES = { quente: "Quente", morno: "Morno", frio: "Frio", muito_frio: "Muito frio" };
export const MAX_SCORE = 130;

/** Attributes of the qualification in the order in which a closer reads them. */
export const QUALIFICATION = {
  sdr_ia_status: "Qualificação",
  sdr_ia_progresso: "Progresso",
  estagio_funil: "Estágio do funil",
  sdr_ia_proximo_passo: "Próximo passo",
  sdr_ia_nome: "Nome",
  sdr_ia_interesse: "Interesse",
  sdr_ia_urgencia: "Urgência",
  sdr_ia_conhecimento: "Conhecimento",
  sdr_ia_localizacao: "Localização",
  sdr_ia_motivacao: "Motivação",
  sdr_ia_comportamento: "Comportamento",
  sdr_ia_resumo: "Resumo",
  sdr_ia_tentativas: "Perguntas feitas",
  sdr_ia_iniciado_em: "Iniciada em",
  sdr_ia_qualificado_em: "Concluída em",
};

const VALUES = {
  em_andamento: "Em andamento",
  completo: "Completa",
  incompleto: "Incompleta",
  pausado: "Pausada",
  qualificado: "Qualificado",
  escalado: "Escalada para uma pessoa",
  opt_out: "Pediu para não receber mensagens",
  transferir_closer: "Transferir para o closer",
  agendar_followup: "Agendar follow-up",
  nutrir: "Nutrir",
  registrar: "Registrar",
  cooperativo: "Cooperativo",
  evasivo: "Evasivo",
  resistente: "Resistente",
};
const FACTS = {
  nome: "nome",
  interesse: "interesse",
  urgencia: "urgência",
  conhecimento: "conhecimento",
  localizacao: "localização",
  motivacao: "motivação",
};
const instantFormat = new Intl.DateTimeFormat("pt-BR", { dateStyle: "short", timeStyle: "short" });

/** An attribute's value as a person reads it. */
export function readable(key, value) {
  if (value === null || value === undefined || value === "") return "";
  if (key.endsWith("_em") && !Number.isNaN(Date.parse(value))) return instantFormat.format(new Date(value));
  if (key === "sdr_ia_tentativas") return attempts(value);
  if (typeof value === "boolean") return value ? "Sim" : "Não";
  if (typeof value === "object") return JSON.stringify(value);
  return VALUES[value] || String(value);
}

function attempts(value) {
  try {
    const asked = typeof value === "string" ? JSON.parse(value) : value;
    const parts = Object.entries(asked).map(([fact, times]) => `${FACTS[fact] || fact} ${times}×`);
    return parts.join(", ");
  } catch {
    return String(value);
  }
}

/** The temperature of a contact, "" if it has none. */
export function temperatureOf(contact) {
  const value = contact?.custom_attributes?.sdr_ia_temperatura;
  return Object.hasOwn(TEMPERATURES, value ?? "") ? value : "";
}

/** The score of a contact, null if it has none. */
export function scoreOf(contact) {
  const value = contact?.custom_attributes?.sdr_ia_score;
  const score = Number(value);
  return value === undefined || value === null || value === "" || Number.isNaN(score) ? null : score;
}
