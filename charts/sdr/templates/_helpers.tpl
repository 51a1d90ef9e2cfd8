{{/* Begin of every object's name. */}}
{{- define "sdr.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* The service that a component belongs to: the image, the package and the migrations are the service's. */}}
{{- define "sdr.service" -}}
{{- trimSuffix "-worker" . -}}
{{- end -}}

{{/* What the component's process is told to do. */}}
{{- define "sdr.command" -}}
{{- if hasSuffix "-worker" . -}}work{{- else -}}serve{{- end -}}
{{- end -}}

{{/* A component's configuration as YAML: the defaults under what it sets itself. Arguments: root, name. */}}
{{- define "sdr.component" -}}
{{- toYaml (mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (index .root.Values.components .name))) -}}
{{- end -}}

{{/* Labels that select a component's pods. Arguments: root, name. */}}
{{- define "sdr.selector" -}}
app.kubernetes.io/name: sdr
app.kubernetes.io/component: {{ .name }}
app.kubernetes.io/part-of: {{ include "sdr.fullname" .root }}
{{- end -}}

{{/* Labels of every object. Arguments: root, and name for what belongs to a component. */}}
{{- define "sdr.labels" -}}
{{- if .name -}}
{{ include "sdr.selector" . }}
{{- else -}}
app.kubernetes.io/name: sdr
app.kubernetes.io/part-of: {{ include "sdr.fullname" .root }}
{{- end }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The image of a component. Arguments: root, name. */}}
{{- define "sdr.image" -}}
{{- $image := .root.Values.image -}}
{{- with $image.registry }}{{ . }}/{{ end -}}
sdr-{{ include "sdr.service" .name }}:{{ default .root.Chart.AppVersion $image.tag }}
{{- end -}}

{{/* The Secret of a component. Arguments: root, component. */}}
{{- define "sdr.secret" -}}
{{- if .component.existingSecret -}}{{ .component.existingSecret }}
{{- else if .root.Values.secrets.existingSecret -}}{{ .root.Values.secrets.existingSecret }}
{{- else -}}{{ include "sdr.fullname" .root }}
{{- end -}}
{{- end -}}

{{/* Where a service is reached by gRPC. Arguments: root, name. */}}
{{- define "sdr.target" -}}
{{- $given := index .root.Values.targets .name -}}
{{- if $given -}}{{ $given }}
{{- else -}}dns:///{{ include "sdr.fullname" .root }}-{{ .name }}-headless.{{ .root.Release.Namespace }}.svc.{{ .root.Values.clusterDomain }}:50051
{{- end -}}
{{- end -}}

{{/* The service account of a component. Arguments: root, name, component. */}}
{{- define "sdr.serviceAccount" -}}
{{- if .component.serviceAccount.name -}}{{ .component.serviceAccount.name }}
{{- else if .component.serviceAccount.create -}}{{ include "sdr.fullname" .root }}-{{ .name }}
{{- else -}}default
{{- end -}}
{{- end -}}

{{/* Where spans and metrics go; empty: nowhere. */}}
{{- define "sdr.otlpEndpoint" -}}
{{- if .Values.telemetry.otlpEndpoint -}}{{ .Values.telemetry.otlpEndpoint }}
{{- else if .Values.trial.jaeger.enabled -}}http://{{ include "sdr.fullname" . }}-jaeger:4317
{{- end -}}
{{- end -}}
