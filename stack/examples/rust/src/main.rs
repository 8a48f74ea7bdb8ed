//! An axum service: metrics for Prometheus, spans and log lines that carry the same trace id.

use axum::{extract::Request, routing::get, Router};
use axum_prometheus::PrometheusMetricLayer;
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tower_http::trace::TraceLayer;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt, EnvFilter};

async fn check() -> &'static str {
    // The id in the line is what leads from Loki to the trace.
    let trace_id = tracing::Span::current().context().span().span_context().trace_id();
    tracing::info!(%trace_id, "checked");
    "ok\n"
}

fn provider() -> SdkTracerProvider {
    // Endpoint, protocol and service name come from the OTEL_ variables.
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_http().build().expect("OTLP exporter");
    SdkTracerProvider::builder().with_batch_exporter(exporter).build()
}

#[tokio::main]
async fn main() {
    let provider = provider();
    tracing_subscriber::registry()
        .with(EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with(tracing_subscriber::fmt::layer())
        .with(tracing_opentelemetry::layer().with_tracer(provider.tracer("shop")))
        .init();

    let (metrics, handle) = PrometheusMetricLayer::pair();
    let spans = TraceLayer::new_for_http().make_span_with(|request: &Request| {
        tracing::info_span!("request", method = %request.method(), path = request.uri().path())
    });
    let app = Router::new()
        .route("/check", get(check))
        .route("/metrics", get(|| async move { handle.render() }))
        .layer(spans)
        .layer(metrics);

    let listener = tokio::net::TcpListener::bind("0.0.0.0:3002").await.expect("port 3002");
    axum::serve(listener, app).await.expect("server");
    provider.shutdown().ok();
}
