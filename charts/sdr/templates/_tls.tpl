{{/* The Secret with a component's tls.crt, tls.key and ca.crt. Arguments: root, name, component. */}}
{{- define "sdr.tlsSecret" -}}
{{- default (printf "%s-%s-tls" (include "sdr.fullname" .root) .name) .component.tlsSecret -}}
{{- end -}}

{{/* Whether cert-manager makes any component's certificate, this release's or not: "yes" or "". */}}
{{- define "sdr.certificatesAreMade" -}}
{{- $root := . -}}
{{- if .Values.tls.enabled -}}
{{- $made := "" -}}
{{- range $name, $_ := .Values.components -}}
{{- if not (include "sdr.component" (dict "root" $root "name" $name) | fromYaml).tlsSecret -}}{{- $made = "yes" -}}{{- end -}}
{{- end -}}
{{- $made -}}
{{- end -}}
{{- end -}}

{{/* Who signs: the issuer that is named, or the chart's own authority. */}}
{{- define "sdr.issuerRef" -}}
group: cert-manager.io
{{- with .Values.tls.certManager.issuer }}
kind: {{ ternary .kind "Issuer" (ne .name "") }}
name: {{ default (printf "%s-authority" (include "sdr.fullname" $)) .name }}
{{- end }}
{{- end -}}

{{/* A process's certificate: who it is as a caller, and the names that it is called by. Arguments: root, name, caller, secret, hosts. */}}
{{- define "sdr.certificate" -}}
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: {{ include "sdr.fullname" .root }}-{{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{ include "sdr.labels" (dict "root" .root) | nindent 4 }}
spec:
  secretName: {{ .secret }}
  issuerRef: {{ include "sdr.issuerRef" .root | nindent 4 }}
  duration: {{ .root.Values.tls.certManager.duration }}
  renewBefore: {{ .root.Values.tls.certManager.renewBefore }}
  privateKey: {algorithm: ECDSA, size: 256, rotationPolicy: Always}
  usages: [digital signature, server auth, client auth]
  # `sdr_common.transport` reads from it who calls.
  uris: ["spiffe://sdr/{{ .caller }}"]
  {{- with .hosts }}
  dnsNames: {{ toYaml . | nindent 4 }}
  # The gateway calls itself; people come by port-forward.
  ipAddresses: ["127.0.0.1"]
  {{- end }}
{{- end -}}

{{/* Says what to do where certificates could never be made. */}}
{{- define "sdr.validateTls" -}}
{{- if and (include "sdr.certificatesAreMade" .) .Values.tls.certManager.checkInstalled (not (.Capabilities.APIVersions.Has "cert-manager.io/v1")) -}}
{{- fail "tls.enabled: cert-manager is not installed in this cluster. Install it (https://cert-manager.io/docs/installation/helm/, with crds.enabled=true), or bring certificates of your own: components.<name>.tlsSecret for every component. Rendering without a cluster: helm template --api-versions cert-manager.io/v1, or tls.certManager.checkInstalled=false" -}}
{{- end -}}
{{- range $name, $_ := .Values.components -}}
{{- $component := include "sdr.component" (dict "root" $ "name" $name) | fromYaml -}}
{{- if and $component.enabled $component.tlsSecret (not $.Values.tls.enabled) -}}
{{- fail (printf "components.%s.tlsSecret: it is used only where tls.enabled is true" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
