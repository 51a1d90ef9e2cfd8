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

{{/* The image of a component. Arguments: root, name, component, and track: "canary" for the version that is tried. */}}
{{- define "sdr.image" -}}
{{- $image := .root.Values.image -}}
{{- $own := .component.image -}}
{{- if $own.repository }}{{ $own.repository }}
{{- else }}{{ with $image.registry }}{{ . }}/{{ end }}sdr-{{ include "sdr.service" .name }}
{{- end -}}
{{- if eq (default "" .track) "canary" }}:{{ .root.Values.canary.tag }}
{{- else if $own.digest }}@{{ $own.digest }}
{{- else }}:{{ coalesce $own.tag $image.tag .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Pods of the version that is tried. Arguments: root, component. */}}
{{- define "sdr.canaryReplicas" -}}
{{- $all := ternary (int .component.autoscaling.minReplicas) (int .component.replicas) .component.autoscaling.enabled -}}
{{- if eq $all 0 }}0{{ else if eq .root.Values.canary.step "one" }}1{{ else }}{{ max 1 (div $all 2) }}{{ end -}}
{{- end -}}

{{/* Pods of the version that is there, where no scaler decides: while half is tried, the other half. Arguments: root, component. */}}
{{- define "sdr.replicas" -}}
{{- $all := int .component.replicas -}}
{{- if and .root.Values.canary.tag (eq .root.Values.canary.step "half") (gt $all 1) -}}
{{- sub $all (div $all 2) -}}
{{- else -}}{{ $all }}
{{- end -}}
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

{{/*
Seconds that a pod needs to end in order: the delay; then HTTP and gRPC calls, or HTTP calls and a worker's turns, one after the other; five
in which cancelled turns are given back; five to close what is open. Argument: the component.
*/}}
{{- define "sdr.shutdownSeconds" -}}
{{- add (int .drainDelaySeconds) (mul 2 (int .drainSeconds)) 10 -}}
{{- end -}}
