{{/* What the chart itself says to a component, by variable. Arguments: root, name, component, and job: what runs before the release's objects are there. */}}
{{- define "sdr.ownEnv" -}}
{{- $service := include "sdr.service" .name -}}
{{- $prefix := printf "SDR_%s" (upper $service) -}}
{{ $prefix }}_GRPC_HOST: "0.0.0.0"
{{ $prefix }}_GRPC_PORT: "50051"
{{ $prefix }}_OPS_HOST: "0.0.0.0"
{{ $prefix }}_OPS_PORT: "9464"
{{ $prefix }}_DRAIN_S: {{ .component.drainSeconds | quote }}
{{- if and (ne .root.Values.callers.mode "none") (not .job) }}
SDR_CALLER_TOKEN: {valueFrom: {secretKeyRef: {name: {{ include "sdr.callerSecret" (dict "root" .root "caller" $service) }}, key: {{ $service }}-token}}}
{{- if include "sdr.callerParts" . }}
{{- $accepted := list }}
{{- range include "sdr.acceptedCallers" . | fromJsonArray }}{{ $accepted = append $accepted (printf "$(CALLER_%s)" (upper .)) }}{{ end }}
SDR_ACCEPTED_CALLERS: {{ join "," $accepted | quote }}
{{- end }}
{{- end }}
{{- if and .root.Values.tls.enabled (not .job) }}
SDR_TLS_CERT: /etc/sdr/tls/tls.crt
SDR_TLS_KEY: /etc/sdr/tls/tls.key
SDR_TLS_CA: /etc/sdr/tls/ca.crt
{{- if ne $service "gateway" }}
SDR_PROBE_PORT: "50052"
{{- end }}
{{- end }}
{{- if eq $service "gateway" }}
SDR_GATEWAY_HTTP_HOST: "0.0.0.0"
SDR_GATEWAY_HTTP_PORT: "8080"
{{- with .root.Values.ingress.trustedProxies }}
FORWARDED_ALLOW_IPS: {{ . | quote }}
{{- end }}
{{- with .root.Values.ingress }}{{- if .enabled }}
SDR_GATEWAY_PUBLIC_URL: {{ printf "%s://%s" (ternary "https" "http" (ne .tlsSecret "")) .host }}
{{- end }}{{- end }}
{{- $root := .root }}
{{- range list "dialogue" "scoring" "routing" }}
SDR_{{ upper . }}_TARGET: {{ include "sdr.target" (dict "root" $root "name" .) }}
{{- end }}
{{- end }}
{{- if eq $service "reporting" }}
{{- with .root.Values.ingress }}{{- if .enabled }}
SDR_GATEWAY_PUBLIC_URL: {{ printf "%s://%s" (ternary "https" "http" (ne .tlsSecret "")) .host }}
{{- end }}{{- end }}
{{- if .root.Values.mail.host }}
{{- with .root.Values.mail }}
SDR_REPORTING_SMTP_HOST: {{ .host }}
SDR_REPORTING_SMTP_PORT: {{ .port | quote }}
SDR_REPORTING_SMTP_SECURITY: {{ .security }}
SDR_REPORTING_SMTP_USERNAME: {{ .username | quote }}
SDR_REPORTING_SMTP_FROM: {{ .from | quote }}
{{- end }}
{{- else if .root.Values.trial.mailpit.enabled }}
SDR_REPORTING_SMTP_HOST: {{ include "sdr.fullname" .root }}-mailpit
SDR_REPORTING_SMTP_PORT: "1025"
SDR_REPORTING_SMTP_SECURITY: none
SDR_REPORTING_SMTP_FROM: sdr@example.com
{{- end }}
{{- end }}
{{- if has $service (list "gateway" "routing" "dialogue" "reporting") }}
{{- with .root.Values.allowedNetworks }}
SDR_ALLOWED_NETWORKS: {{ . | quote }}
{{- end }}
{{- end }}
{{- if ne $service "reporting" }}
SDR_REPORTING_TARGET: {{ include "sdr.target" (dict "root" .root "name" "reporting") }}
{{- end }}
{{- with include "sdr.otlpEndpoint" .root }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ . }}
OTEL_SEMCONV_STABILITY_OPT_IN: "http,database"
OTEL_TRACES_SAMPLER: parentbased_traceidratio
OTEL_TRACES_SAMPLER_ARG: {{ $.root.Values.telemetry.sampleRatio | quote }}
SDR_TRACE_SLOW_S: {{ $.root.Values.telemetry.slowSeconds | quote }}
SDR_TRACE_HELD_SPANS: {{ $.root.Values.telemetry.heldSpans | quote }}
{{- end }}
{{- if eq $service "gateway" }}
{{- with .root.Values.telemetry.traceUrl }}
SDR_TRACE_URL_TEMPLATE: {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The variables of a container, each once, sorted. Arguments: root, name, component, job. */}}
{{- define "sdr.env" -}}
{{- $env := mergeOverwrite (include "sdr.ownEnv" . | fromYaml) (deepCopy .component.env) -}}
{{- $secret := include "sdr.secret" . -}}
{{- range $key, $from := .component.secretEnv }}
{{- if and $from (not (hasKey $env $key)) }}
{{- $_ := set $env $key (dict "valueFrom" (dict "secretKeyRef" (dict "name" $secret "key" $from.key "optional" (default false $from.optional)))) }}
{{- end }}
{{- end }}
{{- if include "sdr.otlpEndpoint" .root }}
- name: POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: {{ printf "k8s.namespace.name=%s,k8s.pod.name=$(POD_NAME)" .root.Release.Namespace }}
  {{- range $key, $value := .root.Values.telemetry.resourceAttributes }}{{ printf ",%s=%v" $key $value }}{{- end }}
{{- end }}
{{- include "sdr.callerParts" . }}
{{- range $key := keys $env | sortAlpha }}
{{- $value := index $env $key }}
{{- if kindIs "map" $value }}
- name: {{ $key }}
{{ toYaml $value | indent 2 }}
{{- else if not (kindIs "invalid" $value) }}
- name: {{ $key }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* What a container may not do. */}}
{{- define "sdr.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* What a pod may not do. */}}
{{- define "sdr.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{/* The parts of a pod that Deployments and Jobs share. Arguments: root, name, component, job. */}}
{{- define "sdr.podCommon" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
{{ include "sdr.podSecurity" . | indent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- with .component.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .component.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .component.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .component.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
volumes:
  - name: tmp
    emptyDir: {sizeLimit: 256Mi}
{{- if and .root.Values.tls.enabled (not .job) }}
  - name: tls
    secret: {secretName: {{ include "sdr.tlsSecret" . }}, defaultMode: 0440}
{{- end }}
{{- with .component.extraVolumes }}
{{ toYaml . | indent 2 }}
{{- end }}
{{- end -}}

{{/* The container of a component; Jobs set their own arguments. Arguments: root, name, component, args, track, job. */}}
{{- define "sdr.container" -}}
name: {{ .name }}
image: {{ include "sdr.image" . }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: {{ .args | toJson }}
env:
{{ include "sdr.env" . | trim | indent 2 }}
{{- with .component.envFrom }}
envFrom: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext:
{{ include "sdr.containerSecurity" . | indent 2 }}
resources: {{ toYaml .component.resources | nindent 2 }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
{{- if and .root.Values.tls.enabled (not .job) }}
  - name: tls
    mountPath: /etc/sdr/tls
    readOnly: true
{{- end }}
{{- with .component.extraVolumeMounts }}
{{ toYaml . | indent 2 }}
{{- end }}
{{- end -}}
